import type { Agent } from "@flotilla/core";
import { Select, Skeleton, Tabs } from "@mantine/core";
import { IconMessages, IconPencil, IconPlayerPlay, IconStack2 } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Missing } from "../../components/missing.tsx";
import { LinkButton } from "../../components/link-button.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { useMay } from "../../data/me.ts";
import { usualColumns } from "../run/run-columns.tsx";
import { RunList } from "../run/run-list.tsx";
import { AgentFields } from "./agent-fields.tsx";
import { AgentOutcomes } from "./agent-outcomes.tsx";
import { AgentPublish } from "./agent-publish.tsx";
import { agentQuery, agentUsageQuery, agentVersionsQuery } from "./agent-queries.ts";
import { AgentSource } from "./agent-source.tsx";
import { AgentVersions } from "./agent-versions.tsx";

/** They are all of one agent. */
const ownRunColumns = usualColumns.filter((column) => column !== "agent");

const route = getRouteApi("/agents/$name");

export function AgentPage() {
  const { name } = route.useParams();
  const { version, view = "fields" } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: agent, error, refetch } = useQuery(agentQuery(name, version));
  if (!agent) {
    return error ? (
      <Missing title="Agent" error={error} onRetry={() => void refetch()} />
    ) : (
      <Skeleton height={320} />
    );
  }
  const show = (next: string | null) =>
    void navigate({
      search: (old) => ({
        ...old,
        view: next === "fields" ? undefined : (next as "yaml"),
        against: undefined,
      }),
      replace: true,
    });
  return (
    <>
      <AgentHeader agent={agent} />
      <Tabs value={view} onChange={show}>
        <Tabs.List mb="md">
          <Tabs.Tab value="fields">Definition</Tabs.Tab>
          <Tabs.Tab value="yaml">YAML</Tabs.Tab>
          <Tabs.Tab value="json">JSON</Tabs.Tab>
          <Tabs.Tab value="versions">Versions</Tabs.Tab>
          <Tabs.Tab value="publish">Use it</Tabs.Tab>
          <Tabs.Tab value="runs">Runs</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="fields">
          <AgentFields spec={agent.spec} />
        </Tabs.Panel>
        <Tabs.Panel value="yaml">
          <AgentSource spec={agent.spec} format="yaml" />
        </Tabs.Panel>
        <Tabs.Panel value="json">
          <AgentSource spec={agent.spec} format="json" />
        </Tabs.Panel>
        <Tabs.Panel value="versions">
          <AgentVersions name={name} />
        </Tabs.Panel>
        <Tabs.Panel value="publish">
          <AgentPublish spec={agent.spec} />
        </Tabs.Panel>
        <Tabs.Panel value="runs">
          <RunList filter={{ agent: name }} columns={ownRunColumns} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function AgentHeader({ agent }: { agent: Agent }) {
  const { data: usage } = useQuery(agentUsageQuery);
  return (
    <PageHeader
      title={agent.name}
      above={
        <Link className="plain" to="/agents">
          Agents
        </Link>
      }
      below={
        <>
          <span>{agent.spec.description}</span>
          <span>
            version {agent.version}, from <RelativeTime at={agent.createdAt} />
          </span>
          {agent.note && <span>{agent.note}</span>}
          {agent.archivedAt && <span>archived</span>}
          <AgentOutcomes usage={usage?.get(agent.name)} />
        </>
      }
      actions={<AgentActions agent={agent} />}
    />
  );
}

/** What may be done with it here. */
function AgentActions({ agent }: { agent: Agent }) {
  const may = useMay();
  const { name } = agent;
  return (
    <>
      <VersionSelect agent={agent} />
      {may("agents.write") && (
        <>
          <LinkButton variant="default" to="/agents/new" search={{ from: name }}>
            Duplicate
          </LinkButton>
          <LinkButton
            variant="default"
            to="/agents/$name/edit"
            params={{ name }}
            leftSection={<IconPencil size={14} />}
          >
            Edit
          </LinkButton>
        </>
      )}
      {may("batches.write") && (
        <LinkButton
          variant="default"
          to="/batches/new"
          search={{ agent: name }}
          leftSection={<IconStack2 size={14} />}
        >
          New batch
        </LinkButton>
      )}
      {may("threads.write") && may("agents.run") && (
        <LinkButton
          variant="default"
          to="/playground"
          search={{ agent: name }}
          leftSection={<IconMessages size={14} />}
        >
          Chat
        </LinkButton>
      )}
      {may("agents.run") && (
        <LinkButton to="/runs" search={{ start: name }} leftSection={<IconPlayerPlay size={14} />}>
          Start a run
        </LinkButton>
      )}
    </>
  );
}

function VersionSelect({ agent }: { agent: Agent }) {
  const navigate = route.useNavigate();
  const { data } = useQuery(agentVersionsQuery(agent.name));
  const versions = data?.items.map((one) => String(one.version)) ?? [String(agent.version)];
  return (
    <Select
      aria-label="Version"
      size="xs"
      w={120}
      allowDeselect={false}
      data={versions.map((value) => ({ value, label: `Version ${value}` }))}
      value={String(agent.version)}
      onChange={(value) =>
        void navigate({ search: (old) => ({ ...old, version: Number(value) }), replace: true })
      }
    />
  );
}
