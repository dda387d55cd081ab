import { queryOptions } from "@tanstack/react-query";
import { client } from "../../data/client.ts";

export const agentsQuery = queryOptions({
  queryKey: ["agents"],
  queryFn: () => client.agents.list(),
  staleTime: 10_000,
});

export function agentQuery(name: string, version?: number) {
  return queryOptions({
    queryKey: ["agents", name, version ?? "newest"],
    queryFn: () => client.agents.get(name, version),
  });
}

export function agentVersionsQuery(name: string) {
  return queryOptions({
    queryKey: ["agents", name, "versions"],
    queryFn: () => client.agents.versions(name),
  });
}

/** What became of the runs of the last day, by the agent's name. */
export const agentUsageQuery = queryOptions({
  queryKey: ["agent-usage"],
  queryFn: async () => {
    const { items } = await client.agents.usage();
    return new Map(items.map((usage) => [usage.agent, usage]));
  },
  refetchInterval: 30_000,
});
