import { isTerminal, type Run } from "@flotilla/core";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { notifyError } from "../../components/notify-error.tsx";
import { client } from "../../data/client.ts";
import type { Said } from "./composer.tsx";
import { threadQuery } from "./thread-queries.ts";

interface ThreadOptions {
  threadId: string;
  /** The branch that leads to this run; undefined: the newest one. */
  upTo: string | undefined;
  /** Who answers next; null: who answered last. */
  chosen: string | null;
  /** A message was sent: the newest branch is the one to look at. */
  onSent: () => void;
}

/** A thread as it is and grows, and what can be done in it. */
export function useThread({ threadId, upTo, chosen, onSent }: ThreadOptions) {
  const cache = useQueryClient();
  const query = useInfiniteQuery(threadQuery(threadId, upTo));
  const [status, setStatus] = useState<Run["status"]>();
  const refresh = useCallback(() => cache.invalidateQueries({ queryKey: ["threads"] }), [cache]);
  /** Told of each status of the newest run. */
  const noteStatus = useCallback(
    (next: Run["status"]) => {
      setStatus(next);
      if (isTerminal(next)) void refresh();
    },
    [refresh],
  );
  const pages = query.data?.pages ?? [];
  const messages = pages.flatMap((page) => page.messages.items).toReversed();
  const last = messages.at(-1);
  const agent = chosen ?? last?.run.agentName ?? pages[0]?.agent ?? null;
  const say = useMutation({
    mutationFn: ({ said, after }: { said: Said; after: string | null | undefined }) =>
      client.threads.send(threadId, {
        ...said,
        ...(agent !== null && { agent }),
        ...(after !== undefined && { after }),
      }),
    onSuccess: async () => {
      setStatus("pending");
      onSent();
      await refresh();
    },
  });
  const stop = useMutation({
    mutationFn: (runId: string) => client.runs.cancel(runId),
    onError: notifyError,
  });
  const isAnswering = last !== undefined && !isTerminal(status ?? last.run.status);
  return { query, thread: pages[0], messages, last, agent, isAnswering, noteStatus, say, stop };
}
