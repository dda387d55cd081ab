import { infiniteQueryOptions } from "@tanstack/react-query";
import { client } from "../../data/client.ts";

const turnsPerPage = 30;

/** A thread with its turns, the newest page first. `upTo`: the branch that leads to this run. */
export function threadQuery(threadId: string, upTo?: string) {
  return infiniteQueryOptions({
    queryKey: ["threads", threadId, upTo ?? "newest"],
    queryFn: ({ pageParam }) =>
      client.threads.get(threadId, {
        limit: turnsPerPage,
        ...(upTo !== undefined && { upTo }),
        ...(pageParam !== null && { cursor: pageParam }),
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.messages.nextCursor,
  });
}
