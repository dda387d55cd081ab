import { queryOptions } from "@tanstack/react-query";
import { client } from "../../data/client.ts";

/** An interrupt with all that is needed to answer it. */
export function interruptQuery(runId: string, interruptId: string) {
  return queryOptions({
    queryKey: ["interrupts", runId, interruptId],
    queryFn: () => client.interrupts.get(runId, interruptId),
  });
}

export function commentsQuery(runId: string, interruptId: string) {
  return queryOptions({
    queryKey: ["interrupts", runId, interruptId, "comments"],
    queryFn: () => client.interrupts.comments(runId, interruptId, { limit: 100 }),
  });
}
