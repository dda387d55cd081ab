import type { ToolItem } from "@flotilla/api";
import { toolRisks, type ToolRisk } from "@flotilla/core";
import { Group, SegmentedControl } from "@mantine/core";
import { upperFirst } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { FindField } from "../../components/find-field.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { toolsQuery, toolUsageQuery } from "./tool-queries.ts";
import { ToolTable } from "./tool-table.tsx";
import { sourceOf } from "./tool-words.ts";

const route = getRouteApi("/tools");
const risks = ["all", ...toolRisks].map((value) => ({ value, label: upperFirst(value) }));

/** Every tool that agents may name, and what became of its calls in the last day. */
export function ToolsPage() {
  const { q, risk } = route.useSearch();
  const { data, error, refetch } = useQuery(toolsQuery);
  const { data: usage } = useQuery(toolUsageQuery);
  const rows = useMemo(
    () =>
      data?.items
        .filter((tool) => fits(tool, q, risk))
        .map((tool) => ({ tool, usage: usage?.get(tool.name) })),
    [data, usage, q, risk],
  );
  return (
    <>
      <PageHeader
        title="Tools"
        below="What agents may call, when their definition names it. Figures are those of the last 24 hours."
      />
      <Filters />
      {error && !data && <ErrorPanel error={error} onRetry={() => void refetch()} />}
      {rows?.length === 0 ? (
        <Empty title="No tool fits" command="flotilla tools">
          Look for another name, source or risk.
        </Empty>
      ) : (
        (data ?? !error) && <ToolTable rows={rows} tools={data?.items ?? []} />
      )}
    </>
  );
}

function fits(tool: ToolItem, q: string | undefined, risk: ToolRisk | undefined): boolean {
  if (risk && tool.risk !== risk) return false;
  const words = (q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const text = `${tool.name} ${tool.description} ${sourceOf(tool)}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

function Filters() {
  const { q, risk } = route.useSearch();
  const navigate = route.useNavigate();
  const set = (change: { q?: string | undefined; risk?: ToolRisk | undefined }) =>
    void navigate({ search: (old) => ({ ...old, ...change }), replace: true, resetScroll: false });
  return (
    <Group gap="sm" mb="md">
      <FindField
        label="Find tools"
        placeholder="Name, words or source"
        value={q}
        onChange={(words) => set({ q: words })}
      />
      <SegmentedControl
        size="xs"
        aria-label="Risk"
        data={risks}
        value={risk ?? "all"}
        onChange={(next) => set({ risk: toolRisks.find((one) => one === next) })}
      />
    </Group>
  );
}
