import type { BatchRow } from "@flotilla/api";
import { outputText } from "@flotilla/core";
import { Cost } from "../../components/cost.tsx";
import { Count } from "../../components/count.tsx";
import { type Column } from "../../components/data-table.tsx";
import { Duration } from "../../components/duration.tsx";
import { RowLink } from "../../components/row-link.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";

/** No cell shows more of a long text. */
const longest = 400;

export const rowColumns: Column<BatchRow>[] = [
  {
    header: "Row",
    width: "64px",
    cell: (row) =>
      row.runId ? (
        <RowLink className="figure" to="/runs/$runId" params={{ runId: row.runId }}>
          {row.row}
        </RowLink>
      ) : (
        <span className="figure">{row.row}</span>
      ),
  },
  { header: "Status", width: "104px", cell: (row) => <StatusBadge status={row.status} /> },
  {
    header: "Data",
    width: "minmax(0, 1fr)",
    cell: (row) => {
      const text = dataText(row);
      return <span title={text}>{text}</span>;
    },
  },
  { header: "Output", width: "minmax(0, 1fr)", cell: (row) => <Result row={row} /> },
  {
    header: "Calls",
    about: "Model calls",
    width: "44px",
    dropOrder: 1,
    align: "end",
    cell: (row) => <Count value={row.stepCount} />,
  },
  {
    header: "Tokens",
    width: "56px",
    dropOrder: 2,
    align: "end",
    cell: (row) => <Count value={row.inputTokens + row.outputTokens} />,
  },
  {
    header: "Cost",
    width: "84px",
    dropOrder: 4,
    align: "end",
    cell: (row) => <Cost micros={row.costMicros} incomplete={row.costIncomplete} />,
  },
  {
    header: "Duration",
    width: "68px",
    dropOrder: 3,
    align: "end",
    cell: (row) => <Duration start={row.startedAt} end={row.endedAt} />,
  },
];

function Result({ row }: { row: BatchRow }) {
  if (row.error) {
    const { message, remedy } = row.error;
    return (
      <span
        data-tone="failed"
        style={{ color: "var(--tone-text)" }}
        title={`${message}\n${remedy}`}
      >
        {message.slice(0, longest)}
      </span>
    );
  }
  if (row.output === null) return null;
  const text = outputText(row.output).slice(0, longest);
  return <span title={text}>{text}</span>;
}

/** One column's value as it is; several with their names. */
function dataText({ data }: BatchRow): string {
  const entries = Object.entries(data);
  const words = entries.map(([name, value]) =>
    entries.length === 1 ? outputText(value) : `${name}: ${outputText(value)}`,
  );
  return words.join(" · ").slice(0, longest);
}
