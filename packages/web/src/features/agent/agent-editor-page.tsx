import { Skeleton } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Missing } from "../../components/missing.tsx";
import { NotAllowed } from "../../components/not-allowed.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { useMay } from "../../data/me.ts";
import { modelsQuery } from "../model/model-queries.ts";
import { AgentEditor } from "./agent-editor.tsx";
import { agentQuery } from "./agent-queries.ts";
import { specText } from "./lean-spec.ts";
import { keptTextKey, type KeptText } from "./kept-text.ts";

const newRoute = getRouteApi("/agents/new");
const editRoute = getRouteApi("/agents/$name/edit");

/** What a new agent begins with. */
function beginning(model: string): string {
  return `# Each change of the form is written here, and the other way round.
name: my-agent
description: ""
model: ${model}
instructions: |
  Say what it is for, how it works, and when it is done.
tools: []
`;
}

export function NewAgentPage() {
  const { from } = newRoute.useSearch();
  const mayWrite = useMay()("agents.write");
  const models = useQuery({ ...modelsQuery, refetchInterval: false });
  const source = useQuery({ ...agentQuery(from ?? ""), enabled: from !== undefined });
  if (!mayWrite) return <Refused title="New agent" />;
  if (models.isPending || (from !== undefined && source.isPending)) return <Loading />;
  const model = models.data?.items.find(({ ready }) => ready)?.model ?? '""';
  const start = source.data
    ? specText({ ...source.data.spec, name: `${source.data.name}-copy` })
    : beginning(model);
  return <AgentEditor agent={null} start={start} />;
}

export function EditAgentPage() {
  const { name } = editRoute.useParams();
  const mayWrite = useMay()("agents.write");
  const { data, error, refetch, isFetchedAfterMount } = useQuery({
    ...agentQuery(name),
    refetchOnMount: "always",
  });
  const kept = useQueryClient().getQueryData<KeptText>(keptTextKey(name));
  if (!mayWrite) return <Refused title={`Edit ${name}`} />;
  if (error && !data) {
    return <Missing title="Agent" error={error} onRetry={() => void refetch()} />;
  }
  if (!data || !isFetchedAfterMount) return <Loading />;
  // With its comments, which only whoever wrote them has.
  const start = kept?.version === data.version ? kept.text : specText(data.spec);
  return <AgentEditor key={name} agent={data} start={start} />;
}

function Refused({ title }: { title: string }) {
  return (
    <>
      <PageHeader title={title} />
      <NotAllowed permission="agents.write" />
    </>
  );
}

function Loading() {
  return <Skeleton height={480} role="status" aria-busy="true" aria-label="Loading" />;
}
