import type { RunSummary } from "@flotilla/core";
import { IconCalendarClock, IconMessages, IconRobot, IconTool } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { shortId } from "../../components/copy-id.tsx";
import { StatusIcon } from "../../components/status-badge.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { agentsQuery } from "../../features/agent/agent-queries.ts";
import { longest, type Asked, type EntryGroup } from "./entry.ts";

const size = { size: 15, stroke: 1.7 };
/** Of each kind; the server has looked through all of them. */
const most = 12;
/** Batches have no search of their own: of so many of the newest the name is looked at. */
const newest = 200;

/** What there is by that name, text or id. */
export function useFound(asked: Asked): EntryGroup[] {
  return [
    useBatches(asked),
    useAgents(asked),
    useSchedules(asked),
    useTools(asked),
    useThreads(asked),
    useRuns(asked),
  ];
}

function useBatches({ isOpen }: Asked): EntryGroup {
  const navigate = useNavigate();
  const { data } = useQuery({
    queryKey: ["palette", "batches"],
    queryFn: () => client.batches.list({ limit: newest }),
    enabled: isOpen,
  });
  return {
    group: "Batches",
    actions: (data?.items ?? []).map((batch) => ({
      id: batch.id,
      label: batch.name,
      description: `${batch.status} · ${batch.agentName}`,
      keywords: batch.id,
      leftSection: <StatusIcon status={batch.status} />,
      onClick: () => void navigate({ to: "/batches/$batchId", params: { batchId: batch.id } }),
    })),
  };
}

function useAgents({ isOpen }: Asked): EntryGroup {
  const navigate = useNavigate();
  const { data } = useQuery({ ...agentsQuery, enabled: isOpen });
  return {
    group: "Agents",
    actions: (data?.items ?? []).map((agent) => ({
      id: agent.id,
      label: agent.name,
      description: agent.spec.description,
      leftSection: <IconRobot {...size} />,
      onClick: () => void navigate({ to: "/agents/$name", params: { name: agent.name } }),
    })),
  };
}

function useSchedules({ isOpen, query }: Asked): EntryGroup {
  const navigate = useNavigate();
  const may = useMay();
  const { data } = useQuery({
    queryKey: ["palette", "schedules"],
    queryFn: () => client.schedules.list(),
    enabled: isOpen && query !== "" && may("schedules.read"),
  });
  return {
    group: "Schedules",
    actions: (query === "" ? [] : (data?.items ?? [])).map(({ name }) => ({
      id: `schedule ${name}`,
      label: name,
      description: "Schedule",
      leftSection: <IconCalendarClock {...size} />,
      onClick: () => void navigate({ to: "/schedules/$name", params: { name } }),
    })),
  };
}

function useTools({ isOpen, query }: Asked): EntryGroup {
  const navigate = useNavigate();
  const may = useMay();
  const { data } = useQuery({
    queryKey: ["palette", "tools"],
    queryFn: () => client.tools.list(),
    enabled: isOpen && query !== "" && may("tools.read"),
  });
  return {
    group: "Tools",
    actions: (query === "" ? [] : (data?.items ?? [])).map(({ name, description }) => ({
      id: `tool ${name}`,
      label: name,
      description: description.split(/(?<=\.)\s/, 1)[0],
      leftSection: <IconTool {...size} />,
      onClick: () => void navigate({ to: "/tools/$name", params: { name } }),
    })),
  };
}

function useThreads({ isOpen, query }: Asked): EntryGroup {
  const navigate = useNavigate();
  const may = useMay();
  const isAsked = isOpen && query !== "" && may("threads.read");
  const { data } = useQuery({
    queryKey: ["palette", "threads", query],
    queryFn: () => client.threads.list({ search: query, limit: most }),
    enabled: isAsked,
    placeholderData: keepPreviousData,
  });
  return {
    group: "Conversations",
    actions: (isAsked ? (data?.items ?? []) : []).map((thread) => ({
      id: thread.id,
      label: thread.title ?? "A conversation",
      description: thread.agent ?? "no agent",
      keywords: query,
      leftSection: <IconMessages {...size} />,
      onClick: () =>
        void navigate({ to: "/playground/$threadId", params: { threadId: thread.id } }),
    })),
  };
}

/** By the text of their input, or the whole id; the newest where nothing is typed. */
function useRuns({ isOpen, query }: Asked): EntryGroup {
  const navigate = useNavigate();
  const { data } = useQuery({
    queryKey: ["palette", "runs", query],
    queryFn: () => findRuns(query),
    enabled: isOpen,
    placeholderData: keepPreviousData,
  });
  return {
    group: query === "" ? "Recent runs" : "Runs",
    actions: (data ?? []).map((run) => ({
      id: run.runId,
      label: run.input.slice(0, longest),
      description: `${run.agentName} · ${shortId(run.runId)}`,
      // What was found by the server stays, wherever in the input it stands.
      keywords: `${run.runId} ${query}`,
      leftSection: <StatusIcon status={run.status} />,
      onClick: () => void navigate({ to: "/runs/$runId", params: { runId: run.runId } }),
    })),
  };
}

async function findRuns(query: string): Promise<Pick<RunSummary, FoundPart>[]> {
  if (/^run_[0-9a-z]{26}$/.test(query)) {
    const { runId, input, agentName, status } = await client.runs.get(query);
    return [{ runId, input: input.text, agentName, status }];
  }
  const { items } = await client.runs.list({ ...(query && { text: query }), limit: most });
  return items;
}

type FoundPart = "runId" | "input" | "agentName" | "status";
