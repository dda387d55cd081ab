import { queryOptions } from "@tanstack/react-query";
import { client } from "../../data/client.ts";

/** Neither what an artifact is nor what it holds ever changes. */
const lasting = { staleTime: Infinity };

export const artifactQuery = (id: string) =>
  queryOptions({
    queryKey: ["artifacts", id],
    queryFn: () => client.artifacts.about(id),
    ...lasting,
  });

export const artifactContentQuery = (id: string) =>
  queryOptions({
    queryKey: ["artifacts", id, "content"],
    queryFn: async () => (await client.artifacts.get(id)).blob(),
    ...lasting,
    gcTime: 60_000,
  });

export const artifactsQuery = (runId: string) =>
  queryOptions({
    queryKey: ["run-artifacts", runId],
    queryFn: () => client.artifacts.list(runId),
  });
