import { isTerminal } from "@flotilla/core";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { notifyError } from "../../components/notify-error.tsx";
import { client } from "../../data/client.ts";
import type { Said } from "./composer.tsx";
import { threadQuery } from "./thread-queries.ts";
import type { FollowedRun } from "./turn.tsx";

interface ThreadOptions {
  threadId: string;
  /** The branch that leads to this run; undefined: the newest one. */
  upTo: string | undefined;
  /** Who answers next; null: who answered last. */
  chosen: string | null;
  /** The model of the next answer; null: the agent's own. */
  model: string | null;
  /** A message was sent: the newest branch is the one to look at. */
  onSent: () => void;
}

/** A thread as it is and grows, and what can be done in it. */
export function useThread({ threadId, upTo, chosen, model, onSent }: ThreadOptions) {
  const cache = useQueryClient();
  const query = useInfiniteQuery(threadQuery(threadId, upTo));
  const [followed, setFollowed] = useState<FollowedRun>();
  const refresh = useCallback(() => cache.invalidateQueries({ queryKey: ["threads"] }), [cache]);
  /** Told of the newest run each time its status or its plan is another. */
  const noteRun = useCallback(
    (next: FollowedRun) => {
      setFollowed(next);
      if (isTerminal(next.run.status)) void refresh();
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
        text: said.text,
        attachments: said.attachments.map(({ send }) => send),
        ...(model !== null && { model }),
        ...(agent !== null && { agent }),
        ...(after !== undefined && { after }),
      }),
    onSuccess: async () => {
      setFollowed(undefined);
      onSent();
      await refresh();
    },
  });
  const stop = useMutation({
    mutationFn: (runId: string) => client.runs.cancel(runId),
    onError: notifyError,
  });
  const newest = followed?.run.runId === last?.run.runId ? followed : undefined;
  const isAnswering = last !== undefined && !isTerminal(newest?.run.status ?? last.run.status);
  const thread = pages[0];
  return { query, thread, messages, last, newest, agent, isAnswering, noteRun, say, stop };
}
