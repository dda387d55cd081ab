import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { CostsQuery } from "@flotilla/api";
import { client } from "../../data/client.ts";

/** Costs move with each call; nobody watches them by the second. */
const refreshMs = 5_000;

export function costsQuery(query: CostsQuery) {
  return queryOptions({
    queryKey: ["costs", query],
    queryFn: () => client.costs(query),
    refetchInterval: refreshMs,
    placeholderData: keepPreviousData,
  });
}

export const cacheQuery = queryOptions({
  queryKey: ["cache"],
  queryFn: () => client.cache.get(),
  refetchInterval: refreshMs,
});

export const budgetsQuery = queryOptions({
  queryKey: ["budgets"],
  queryFn: () => client.budgets.list(),
  refetchInterval: refreshMs,
});
