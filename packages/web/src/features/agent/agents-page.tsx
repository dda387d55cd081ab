import type { Agent } from "@flotilla/core";
import { Group, SegmentedControl } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { LinkButton } from "../../components/link-button.tsx";
import { FindField } from "../../components/find-field.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { useMay } from "../../data/me.ts";
import { refreshMs } from "../../data/query-client.ts";
import { agentsQuery, agentUsageQuery } from "./agent-queries.ts";
import { AgentTable, type AgentRow } from "./agent-table.tsx";
import { publishedAs } from "./agent-words.ts";

const route = getRouteApi("/agents");

const agentShows = ["active", "failing", "published"] as const;
type Show = (typeof agentShows)[number];
const showWords = [
  { value: "all", label: "All" },
  { value: "active", label: "Active" },
  { value: "failing", label: "Failing" },
  { value: "published", label: "Published" },
];

/** Every agent, with what became of its runs of the last day. */
export function AgentsPage() {
  const { q, show } = route.useSearch();
  const { data, error, refetch } = useQuery({ ...agentsQuery, refetchInterval: refreshMs });
  const { data: usage } = useQuery(agentUsageQuery);
  const rows = useMemo(
    () =>
      data?.items
        .map((agent): AgentRow => ({ agent, usage: usage?.get(agent.name) }))
        .filter((row) => fits(row, q, show)),
    [data, usage, q, show],
  );
  const isEmpty = data?.items.length === 0;
  return (
    <>
      <PageHeader
        title="Agents"
        below="Who does the work: instructions, a model, tools and limits. Figures are those of the last 24 hours."
        actions={<NewAgent />}
      />
      {error && !data && <ErrorPanel error={error} onRetry={() => void refetch()} />}
      {isEmpty && <NoAgents />}
      {!isEmpty && (data ?? !error) && <Filters />}
      {!isEmpty && rows?.length === 0 && (
        <Empty title="No agent fits">Look for another name, model or tool.</Empty>
      )}
      {rows?.length !== 0 && (data ?? !error) && <AgentTable rows={rows} />}
    </>
  );
}

function NewAgent() {
  if (!useMay()("agents.write")) return null;
  return (
    <LinkButton to="/agents/new" leftSection={<IconPlus size={14} />}>
      New agent
    </LinkButton>
  );
}

function NoAgents() {
  const may = useMay();
  return (
    <Empty
      title="No agents yet"
      command="flotilla agent apply -f agent.yaml"
      action={may("agents.write") && <NewAgent />}
    >
      An agent is a definition: instructions, a model, tools and limits. Write it here or as YAML;
      each change makes a new version, and runs keep the version they began with.
    </Empty>
  );
}

function fits({ agent, usage }: AgentRow, q: string | undefined, show: Show | undefined): boolean {
  if (show === "active" && !usage) return false;
  if (show === "failing" && !usage?.failed) return false;
  if (show === "published" && publishedAs(agent.spec).length === 0) return false;
  const words = (q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const text = wordsOf(agent);
  return words.every((word) => text.includes(word));
}

function wordsOf({ name, spec: { description, model, tools, team } }: Agent): string {
  return [name, description, model, ...tools, ...(team?.workers ?? [])].join(" ").toLowerCase();
}

function Filters() {
  const { q, show } = route.useSearch();
  const navigate = route.useNavigate();
  const set = (change: { q?: string | undefined; show?: Show | undefined }) =>
    void navigate({ search: (old) => ({ ...old, ...change }), replace: true, resetScroll: false });
  return (
    <Group gap="sm" mb="md">
      <FindField
        label="Find agents"
        placeholder="Name, words, model or tool"
        value={q}
        onChange={(words) => set({ q: words })}
      />
      <SegmentedControl
        size="xs"
        aria-label="Show"
        data={showWords}
        value={show ?? "all"}
        onChange={(next) => set({ show: agentShows.find((one) => one === next) })}
      />
    </Group>
  );
}
