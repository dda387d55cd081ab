import { queryOptions } from "@tanstack/react-query";
import { client } from "../../data/client.ts";
import { imageData } from "./image-data.ts";

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

/** An image as an address of itself. */
export const artifactImageQuery = (id: string, mediaType: string) =>
  queryOptions({
    queryKey: ["artifacts", id, "data-url"],
    queryFn: async () => imageData(await (await client.artifacts.get(id)).blob(), mediaType),
    ...lasting,
    gcTime: 60_000,
  });

/** What a document says. */
export const artifactWordsQuery = (id: string) =>
  queryOptions({
    queryKey: ["artifacts", id, "words"],
    queryFn: () => client.artifacts.words(id),
    ...lasting,
    gcTime: 60_000,
  });

export const artifactsQuery = (runId: string) =>
  queryOptions({
    queryKey: ["run-artifacts", runId],
    queryFn: () => client.artifacts.list(runId),
  });
