import type { Agent, AgentUsage } from "@flotilla/core";
import { Cost } from "../../components/cost.tsx";
import { DataTable, type Column } from "../../components/data-table.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { RowLink } from "../../components/row-link.tsx";
import { AgentOutcomes } from "./agent-outcomes.tsx";
import { publishedAs } from "./agent-words.ts";

/** An agent with what became of its runs of late; undefined: there were none. */
export interface AgentRow {
  agent: Agent;
  usage: AgentUsage | undefined;
}

const columns: Column<AgentRow>[] = [
  {
    header: "Name",
    width: "minmax(130px, 1fr)",
    cell: ({ agent: { name } }) => (
      <RowLink to="/agents/$name" params={{ name }}>
        {name}
      </RowLink>
    ),
  },
  {
    header: "Description",
    width: "minmax(120px, 2fr)",
    dropOrder: 5,
    cell: ({ agent }) => (
      <span className="dimmed" title={agent.spec.description}>
        {agent.spec.description}
      </span>
    ),
  },
  {
    header: "Model",
    width: "minmax(120px, 1fr)",
    dropOrder: 7,
    cell: ({ agent }) => (
      <span className="mono" title={agent.spec.model}>
        {agent.spec.model}
      </span>
    ),
  },
  {
    header: "Tools",
    width: "minmax(90px, 1fr)",
    dropOrder: 4,
    cell: ({ agent: { spec } }) => (
      <span title={spec.tools.join("\n")}>{spec.tools.join(", ")}</span>
    ),
  },
  {
    header: "Last runs",
    width: "224px",
    cell: ({ usage }) => <AgentOutcomes usage={usage} />,
  },
  {
    header: "Cost",
    width: "72px",
    dropOrder: 6,
    align: "end",
    cell: ({ usage }) => <Cost micros={usage?.costMicros ?? 0} />,
  },
  {
    header: "Published",
    width: "78px",
    dropOrder: 1,
    cell: ({ agent }) => publishedAs(agent.spec).join(", ") || <span className="dimmed">no</span>,
  },
  {
    header: "Version",
    width: "58px",
    dropOrder: 2,
    align: "end",
    cell: ({ agent }) => <span className="figure">v{agent.version}</span>,
  },
  {
    header: "Changed",
    width: "72px",
    dropOrder: 3,
    align: "end",
    cell: ({ agent }) => (
      <span className="dimmed">
        <RelativeTime at={agent.createdAt} />
      </span>
    ),
  },
];

const keyOf = ({ agent }: AgentRow) => agent.name;

export function AgentTable({ rows }: { rows: AgentRow[] | undefined }) {
  return <DataTable label="Agents" columns={columns} items={rows} keyOf={keyOf} />;
}
