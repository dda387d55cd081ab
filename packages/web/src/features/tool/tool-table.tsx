import type { ToolItem } from "@flotilla/api";
import type { ToolUsage } from "@flotilla/core";
import { CallsBadge } from "../../components/calls-badge.tsx";
import { Cost } from "../../components/cost.tsx";
import { Count } from "../../components/count.tsx";
import { DataTable, type Column } from "../../components/data-table.tsx";
import { formatDuration } from "../../components/duration.tsx";
import { RowLink } from "../../components/row-link.tsx";
import { RiskBadge } from "./tool-badges.tsx";
import { reachWords } from "./tool-words.ts";

/** A tool with what became of its calls of late; undefined: it was not called. */
export interface ToolRow {
  tool: ToolItem;
  usage: ToolUsage | undefined;
}

const columns: Column<ToolRow>[] = [
  {
    header: "Tool",
    width: "minmax(150px, 0.6fr)",
    cell: ({ tool: { name } }) => (
      <RowLink to="/tools/$name" params={{ name }} className="mono">
        {name}
      </RowLink>
    ),
  },
  {
    header: "What it does",
    width: "minmax(160px, 3fr)",
    dropOrder: 6,
    cell: ({ tool: { description } }) => (
      <span className="dimmed" title={description}>
        {description}
      </span>
    ),
  },
  { header: "Risk", width: "86px", cell: ({ tool }) => <RiskBadge risk={tool.risk} /> },
  {
    header: "Reach",
    width: "56px",
    dropOrder: 1,
    cell: ({ tool: { reach } }) => <span title={reachWords[reach]}>{reach}</span>,
  },
  {
    header: "Calls",
    width: "52px",
    align: "end",
    cell: ({ usage }) => <Count value={usage?.calls ?? 0} />,
  },
  {
    header: "Failed",
    width: "52px",
    dropOrder: 5,
    align: "end",
    cell: ({ usage }) => <Count value={usage?.failed ?? 0} />,
  },
  {
    header: "p95 time",
    width: "66px",
    dropOrder: 4,
    align: "end",
    cell: ({ usage }) =>
      usage?.p95Ms == null ? (
        <span className="dimmed">–</span>
      ) : (
        <span className="figure">{formatDuration(usage.p95Ms)}</span>
      ),
  },
  {
    header: "Cost",
    width: "60px",
    dropOrder: 3,
    align: "end",
    cell: ({ usage }) => <Cost micros={usage?.costMicros ?? 0} />,
  },
];
const state = {
  header: "State",
  cell: ({ tool }: ToolRow) => <CallsBadge {...tool} isShort />,
};

const keyOf = ({ tool }: ToolRow) => tool.name;

interface ToolTableProps {
  rows: ToolRow[] | undefined;
  /** Every tool that there is, also those that are not looked for. */
  tools: readonly ToolItem[];
}

/** The state of tools is told in words once one of them is held back. */
export function ToolTable({ rows, tools }: ToolTableProps) {
  const isAnyHeld = tools.some(({ breaker }) => breaker !== "closed");
  const shown = [...columns, { ...state, width: isAnyHeld ? "110px" : "36px" }];
  return <DataTable label="Tools" columns={shown} items={rows} keyOf={keyOf} />;
}
