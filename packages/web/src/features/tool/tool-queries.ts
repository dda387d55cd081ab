import { queryOptions } from "@tanstack/react-query";
import { client } from "../../data/client.ts";
import { refreshMs } from "../../data/query-client.ts";

export const toolsQuery = queryOptions({
  queryKey: ["tools"],
  queryFn: () => client.tools.list(),
  refetchInterval: refreshMs,
});

/** What became of calls of the last day, by the tool's name. */
export const toolUsageQuery = queryOptions({
  queryKey: ["tool-usage"],
  queryFn: async () => {
    const { items } = await client.tools.usage({ limit: 500 });
    return new Map(items.map((usage) => [usage.tool, usage]));
  },
  refetchInterval: 30_000,
});
