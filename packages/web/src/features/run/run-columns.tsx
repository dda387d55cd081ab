import { versionWord, type RunSummary } from "@flotilla/core";
import { Cost } from "../../components/cost.tsx";
import { Count } from "../../components/count.tsx";
import type { Column } from "../../components/data-table.tsx";
import { Duration } from "../../components/duration.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { RowLink } from "../../components/row-link.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";

export const runColumns: Column<RunSummary>[] = [
  { header: "Status", width: "104px", cell: (run) => <StatusBadge status={run.status} /> },
  {
    header: "Input",
    width: "minmax(0, 1fr)",
    cell: (run) => (
      <RowLink to="/runs/$runId" params={{ runId: run.runId }} title={run.input.slice(0, 500)}>
        {run.input.slice(0, 300) || "(empty)"}
      </RowLink>
    ),
  },
  {
    header: "Agent",
    width: "140px",
    cell: (run) => (
      <>
        {run.agentName} <span className="dimmed">{versionWord(run.agentVersion)}</span>
      </>
    ),
  },
  { header: "Steps", width: "48px", align: "end", cell: (run) => <Count value={run.stepCount} /> },
  {
    header: "Tokens",
    width: "60px",
    align: "end",
    cell: (run) => <Count value={run.inputTokens + run.outputTokens} />,
  },
  {
    header: "Cost",
    width: "84px",
    align: "end",
    cell: (run) => <Cost micros={run.costMicros} incomplete={run.costIncomplete} />,
  },
  {
    header: "Duration",
    width: "72px",
    align: "end",
    cell: (run) => <Duration start={run.startedAt} end={run.endedAt} />,
  },
  {
    header: "Created",
    width: "92px",
    align: "end",
    cell: (run) => (
      <span className="dimmed">
        <RelativeTime at={run.createdAt} />
      </span>
    ),
  },
];
