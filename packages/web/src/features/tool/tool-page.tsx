import type { ToolItem } from "@flotilla/api";
import { isServerTool } from "@flotilla/core";
import { Skeleton, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useId } from "react";
import { CallsBadge } from "../../components/calls-badge.tsx";
import { Cost } from "../../components/cost.tsx";
import { Count } from "../../components/count.tsx";
import { formatDuration } from "../../components/duration.tsx";
import { Empty } from "../../components/empty.tsx";
import { Figure, Figures } from "../../components/figure.tsx";
import { Missing } from "../../components/missing.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { useMay } from "../../data/me.ts";
import { ResetButton, RiskBadge } from "./tool-badges.tsx";
import { ToolDocs } from "./tool-docs.tsx";
import { toolsQuery, toolUsageQuery } from "./tool-queries.ts";
import { sourceOf } from "./tool-words.ts";
import { TryPanel } from "./try-panel.tsx";
import styles from "./tool-page.module.css";

const route = getRouteApi("/tools/$name");

/** What a tool is for, how it does, and a call of it by hand. */
export function ToolPage() {
  const { name } = route.useParams();
  const { data, error, refetch } = useQuery(toolsQuery);
  if (!data) {
    return error ? (
      <Missing title={name} error={error} onRetry={() => void refetch()} />
    ) : (
      <Skeleton height={320} role="status" aria-busy="true" aria-label="Loading the tool" />
    );
  }
  const tool = data.items.find((one) => one.name === name);
  return tool ? <LoadedTool key={name} tool={tool} /> : <NoTool name={name} />;
}

function NoTool({ name }: { name: string }) {
  return (
    <>
      <PageHeader title={name} above={<AllTools />} />
      <Empty title="There is no such tool here" command="flotilla tools">
        It may be called otherwise, belong to an MCP server that is disabled, or not be for your
        role.
      </Empty>
    </>
  );
}

function AllTools() {
  return (
    <Link className="plain" to="/tools">
      Tools
    </Link>
  );
}

function LoadedTool({ tool }: { tool: ToolItem }) {
  const may = useMay();
  const canTry = may("tools.use") && tool.by !== "engine";
  return (
    <>
      <PageHeader
        title={tool.name}
        above={<AllTools />}
        below={
          <>
            <RiskBadge risk={tool.risk} />
            <span>
              from <Source tool={tool} />
            </span>
            <CallsBadge breaker={tool.breaker} health={tool.health} />
          </>
        }
        actions={<ResetButton tool={tool} />}
      />
      <Stack gap={24}>
        <UsageFigures name={tool.name} />
        <div className={styles["columns"]} data-one={!canTry}>
          <ToolDocs tool={tool} />
          {canTry && <TryPanel tool={tool} />}
        </div>
      </Stack>
    </>
  );
}

function Source({ tool }: { tool: ToolItem }) {
  const source = sourceOf(tool);
  if (!isServerTool(tool.name)) return <>the {source}</>;
  return (
    <Link to="/mcp-servers/$name" params={{ name: source }}>
      the MCP server {source}
    </Link>
  );
}

/** Of the last 24 hours. */
function UsageFigures({ name }: { name: string }) {
  const { data } = useQuery(toolUsageQuery);
  const usage = data?.get(name);
  const id = useId();
  const time = (ms: number | null | undefined) => (ms == null ? "–" : formatDuration(ms));
  return (
    <section aria-labelledby={id}>
      <h2 id={id} className={styles["title"]}>
        Last 24 hours
      </h2>
      <Figures>
        <Figure label="Calls">
          <Count value={usage?.calls ?? 0} />
        </Figure>
        <Figure label="Failed">
          <Count value={usage?.failed ?? 0} />
        </Figure>
        <Figure label="From the cache">
          <Count value={usage?.cached ?? 0} />
        </Figure>
        <Figure label="p50 time">{time(usage?.p50Ms)}</Figure>
        <Figure label="p95 time">{time(usage?.p95Ms)}</Figure>
        <Figure label="Waited for a turn">{time(usage?.waitedMs)}</Figure>
        <Figure label="Cost">
          <Cost micros={usage?.costMicros ?? 0} />
        </Figure>
      </Figures>
    </section>
  );
}
