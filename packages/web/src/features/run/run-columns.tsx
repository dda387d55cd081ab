import type { RunSummary } from "@flotilla/core";
import { Link } from "@tanstack/react-router";
import { shortId } from "../../components/copy-id.tsx";
import { Cost } from "../../components/cost.tsx";
import { Count } from "../../components/count.tsx";
import type { Column } from "../../components/data-table.tsx";
import { Duration } from "../../components/duration.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { RowLink } from "../../components/row-link.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import styles from "./run-columns.module.css";

/** What can be shown of each run, beside its status and input, in the order of the table. */
const choices = {
  agent: {
    header: "Agent",
    width: "140px",
    dropOrder: 8,
    cell: (run) => (
      <>
        {run.agentName} <span className="dimmed">v{run.agentVersion}</span>
      </>
    ),
  },
  user: { header: "For", width: "120px", dropOrder: 6, cell: (run) => run.user ?? <None /> },
  batch: {
    header: "Batch",
    width: "104px",
    dropOrder: 5,
    cell: ({ batchId, row }) =>
      batchId ? (
        <Link className={styles["link"]} to="/batches/$batchId" params={{ batchId }}>
          {shortId(batchId)} · {row}
        </Link>
      ) : (
        <None />
      ),
  },
  error: {
    header: "Failed of",
    width: "minmax(0, 0.7fr)",
    dropOrder: 7,
    cell: (run) =>
      run.status === "failed" ? (
        <span title={run.error.message}>{run.error.message}</span>
      ) : (
        <None />
      ),
  },
  steps: {
    header: "Calls",
    about: "Model calls",
    width: "48px",
    dropOrder: 1,
    align: "end",
    cell: (run) => <Count value={run.stepCount} />,
  },
  tokens: {
    header: "Tokens",
    width: "60px",
    dropOrder: 2,
    align: "end",
    cell: (run) => <Count value={run.inputTokens + run.outputTokens} />,
  },
  cost: {
    header: "Cost",
    width: "84px",
    dropOrder: 4,
    align: "end",
    cell: (run) => <Cost micros={run.costMicros} incomplete={run.costIncomplete} />,
  },
  duration: {
    header: "Duration",
    width: "72px",
    dropOrder: 3,
    align: "end",
    cell: (run) => <Duration start={run.startedAt} end={run.endedAt} />,
  },
  created: {
    header: "Created",
    width: "92px",
    align: "end",
    cell: (run) => (
      <span className="dimmed">
        <RelativeTime at={run.createdAt} />
      </span>
    ),
  },
} satisfies Record<string, Column<RunSummary>>;

export type RunColumn = keyof typeof choices;
export const runColumnNames = Object.keys(choices) as RunColumn[];
export const usualColumns: RunColumn[] = [
  "agent",
  "steps",
  "tokens",
  "cost",
  "duration",
  "created",
];

export function columnTitle(column: RunColumn): string {
  const { header, about }: Column<RunSummary> = choices[column];
  return about ?? header;
}

const always: Column<RunSummary>[] = [
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
];

/** The columns that were chosen, in the order of the table. */
export function runColumns(chosen: readonly RunColumn[]): Column<RunSummary>[] {
  const shown = runColumnNames.filter((name) => chosen.includes(name));
  return [...always, ...shown.map((name): Column<RunSummary> => choices[name])];
}

function None() {
  return <span className="dimmed">–</span>;
}
