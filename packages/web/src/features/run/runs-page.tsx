import type { RunStatus, RunSummary } from "@flotilla/core";
import { Button, Group } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { DataTable } from "../../components/data-table.tsx";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { StatusFilter } from "../../components/status-filter.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { useLiveList } from "../../data/use-live-list.ts";
import { AgentSelect } from "../agent/agent-select.tsx";
import { runColumns } from "./run-columns.tsx";
import { StartRunDialog } from "./start-run-dialog.tsx";

const route = getRouteApi("/runs");
const idOf = (run: RunSummary) => run.runId;

export function RunsPage() {
  const { status, agent, start } = route.useSearch();
  const navigate = route.useNavigate();
  const mayRun = useMay()("agents.run");
  const filter = (change: { status?: RunStatus | undefined; agent?: string | undefined }) =>
    void navigate({ search: (old) => ({ ...old, ...change }), replace: true });
  return (
    <>
      <PageHeader
        title="Runs"
        actions={
          mayRun && (
            <Button
              leftSection={<IconPlayerPlay size={14} />}
              onClick={() => void navigate({ search: (old) => ({ ...old, start: agent ?? "" }) })}
            >
              Start a run
            </Button>
          )
        }
      />
      <Group gap="sm" mb="md">
        <StatusFilter value={status} onChange={(next) => filter({ status: next })} />
        <AgentSelect
          aria-label="Agent"
          placeholder="All agents"
          size="xs"
          w={180}
          clearable
          value={agent ?? null}
          onChange={(name) => filter({ agent: name ?? undefined })}
        />
      </Group>
      <RunList status={status} agent={agent} />
      <StartRunDialog
        agent={mayRun ? start : undefined}
        onClose={() =>
          void navigate({ search: ({ start: _start, ...rest }) => rest, replace: true })
        }
      />
    </>
  );
}

interface RunListProps {
  status?: RunStatus | undefined;
  agent?: string | undefined;
}

/** Runs of a filter, newest first, live. */
export function RunList({ status, agent }: RunListProps) {
  const list = useLiveList({
    key: ["runs", status, agent],
    load: (page) =>
      client.runs.list({ ...page, ...(status && { status }), ...(agent && { agent }) }),
    idOf,
  });
  if (list.error && !list.items) return <ErrorPanel error={list.error} />;
  if (list.items?.length === 0) return <NoRuns isFiltered={Boolean(status ?? agent)} />;
  return (
    <DataTable
      label="Runs"
      columns={runColumns}
      items={list.items}
      keyOf={idOf}
      onEndNear={list.loadMore}
    />
  );
}

function NoRuns({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) {
    return <Empty title="No runs like that">No run has this status and agent right now.</Empty>;
  }
  return (
    <Empty title="No runs yet" command={'flotilla run <agent> "What is 6 × 7?"'}>
      A run is one execution of an agent. Start one here, from a batch, or in a terminal.
    </Empty>
  );
}
