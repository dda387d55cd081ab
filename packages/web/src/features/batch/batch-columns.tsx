import type { BatchProgress } from "@flotilla/core";
import { Cost } from "../../components/cost.tsx";
import { Count, formatCount } from "../../components/count.tsx";
import { type Column } from "../../components/data-table.tsx";
import { Duration } from "../../components/duration.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { RowLink } from "../../components/row-link.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { StatusBar } from "../../components/status-bar.tsx";

export const batchColumns: Column<BatchProgress>[] = [
  { header: "Status", width: "104px", cell: (batch) => <StatusBadge status={batch.status} /> },
  {
    header: "Name",
    width: "minmax(0, 1.3fr)",
    cell: (batch) => (
      <RowLink to="/batches/$batchId" params={{ batchId: batch.id }}>
        {batch.name}
      </RowLink>
    ),
  },
  { header: "Agent", width: "minmax(0, 0.7fr)", dropOrder: 3, cell: (batch) => batch.agentName },
  {
    header: "Progress",
    width: "minmax(120px, 1fr)",
    dropOrder: 5,
    cell: (batch) => <StatusBar counts={batch.counts} rows={batch.rows} />,
  },
  {
    header: "Rows",
    width: "112px",
    align: "end",
    cell: ({ counts, rows }) => (
      <span className="figure">
        {formatCount(counts.completed + counts.failed + counts.cancelled)}
        <span className="dimmed"> / {formatCount(rows)}</span>
      </span>
    ),
  },
  {
    header: "Failed",
    width: "56px",
    align: "end",
    cell: ({ counts }) =>
      counts.failed > 0 ? (
        <span data-tone="failed" style={{ color: "var(--tone-text)" }}>
          <Count value={counts.failed} />
        </span>
      ) : (
        <span className="dimmed">0</span>
      ),
  },
  {
    header: "Cost",
    width: "84px",
    dropOrder: 4,
    align: "end",
    cell: (batch) => <Cost micros={batch.costMicros} incomplete={batch.costIncomplete} />,
  },
  {
    header: "Duration",
    width: "76px",
    dropOrder: 1,
    align: "end",
    cell: (batch) => <Duration start={batch.startedAt} end={batch.endedAt} />,
  },
  {
    header: "Created",
    width: "92px",
    dropOrder: 2,
    align: "end",
    cell: (batch) => (
      <span className="dimmed">
        <RelativeTime at={batch.createdAt} />
      </span>
    ),
  },
];
