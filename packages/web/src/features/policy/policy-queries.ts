import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { client } from "../../data/client.ts";

export const policyQuery = queryOptions({
  queryKey: ["policy", "now"],
  queryFn: () => client.toolPolicy.get(),
});

/** Rules of single runs among them. */
export const toolRulesQuery = queryOptions({
  queryKey: ["policy", "rules"],
  queryFn: () => client.toolRules.list(),
});

/** Of the last week. */
export const ruleHitsQuery = queryOptions({
  queryKey: ["policy", "hits"],
  queryFn: () => client.toolRules.hits(),
  staleTime: 30_000,
});

export const versionsQuery = queryOptions({
  queryKey: ["policy", "versions"],
  queryFn: () => client.toolPolicy.versions({ limit: 100 }),
});

export const changesQuery = (version: number) =>
  queryOptions({
    queryKey: ["policy", "changes", version],
    queryFn: () => client.toolPolicy.changes(version),
  });

/** Reads everything about the rules again, once they were changed. */
export function useRefreshPolicy(): () => Promise<void> {
  const cache = useQueryClient();
  return () => cache.invalidateQueries({ queryKey: ["policy"] });
}
