import type { Agent } from "@flotilla/core";
import { useQuery } from "@tanstack/react-query";
import { DataTable, type Column } from "../../components/data-table.tsx";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { RowLink } from "../../components/row-link.tsx";
import { refreshMs } from "../../data/query-client.ts";
import { agentsQuery } from "./agent-queries.ts";

const columns: Column<Agent>[] = [
  {
    header: "Name",
    width: "200px",
    cell: (agent) => (
      <RowLink to="/agents/$name" params={{ name: agent.name }}>
        {agent.name}
      </RowLink>
    ),
  },
  {
    header: "Description",
    width: "minmax(0, 1fr)",
    cell: (agent) => <span className="dimmed">{agent.spec.description}</span>,
  },
  {
    header: "Model",
    width: "200px",
    cell: (agent) => <span className="mono">{agent.spec.model}</span>,
  },
  { header: "Tools", width: "180px", cell: (agent) => agent.spec.tools.join(", ") },
  { header: "Version", width: "60px", align: "end", cell: (agent) => `v${agent.version}` },
  {
    header: "Changed",
    width: "92px",
    align: "end",
    cell: (agent) => (
      <span className="dimmed">
        <RelativeTime at={agent.createdAt} />
      </span>
    ),
  },
];

const keyOf = (agent: Agent) => agent.name;

export function AgentsPage() {
  const { data, error, refetch } = useQuery({ ...agentsQuery, refetchInterval: refreshMs });
  return (
    <>
      <PageHeader title="Agents" />
      {error && !data ? (
        <ErrorPanel error={error} onRetry={() => void refetch()} />
      ) : data?.items.length === 0 ? (
        <Empty title="No agents yet" command="flotilla agent apply -f agent.yaml">
          An agent is a definition: instructions, a model, tools and limits. Write it as YAML; each
          change makes a new version, and runs keep the version they began with.
        </Empty>
      ) : (
        <DataTable label="Agents" columns={columns} items={data?.items} keyOf={keyOf} />
      )}
    </>
  );
}
