import { isTerminal } from "@flotilla/core";
import { queryOptions } from "@tanstack/react-query";
import { client } from "../../data/client.ts";
import { refreshMs } from "../../data/query-client.ts";

/** Read again while one of the two is still under way. */
export function comparisonQuery(runId: string, otherId: string) {
  return queryOptions({
    queryKey: ["comparison", runId, otherId],
    queryFn: () => client.runs.compare(runId, otherId),
    refetchInterval: ({ state: { data } }) =>
      data && isTerminal(data.a.status) && isTerminal(data.b.status) ? false : refreshMs,
  });
}
