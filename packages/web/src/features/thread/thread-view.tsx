import { isTerminal, type Run } from "@flotilla/core";
import { Button, Skeleton, Stack } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { Missing } from "../../components/missing.tsx";
import { notifyError } from "../../components/notify-error.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { AgentSelect } from "../agent/agent-select.tsx";
import { useFollowEnd } from "../run/use-follow-end.ts";
import { Composer, type Said } from "./composer.tsx";
import { ThreadHeader } from "./thread-header.tsx";
import { threadQuery } from "./thread-queries.ts";
import { Turn } from "./turn.tsx";
import styles from "./thread-view.module.css";

interface ThreadViewProps {
  threadId: string;
  /** The branch that leads to this run; undefined: the newest one. */
  upTo: string | undefined;
  onBranch: (upTo: string | undefined) => void;
}

/** One conversation: its turns, and where to go on. Mount it anew per thread. */
export function ThreadView({ threadId, upTo, onBranch }: ThreadViewProps) {
  const cache = useQueryClient();
  const may = useMay();
  const thread = useInfiniteQuery(threadQuery(threadId, upTo));
  const [status, setStatus] = useState<Run["status"]>();
  const [chosen, setChosen] = useState<string | null>(null);
  const box = useFollowEnd(true);
  const refresh = useCallback(() => cache.invalidateQueries({ queryKey: ["threads"] }), [cache]);
  const onLastStatus = useCallback(
    (next: Run["status"]) => {
      setStatus(next);
      if (isTerminal(next)) void refresh();
    },
    [refresh],
  );

  const messages = thread.data?.pages.flatMap((page) => page.messages.items).toReversed() ?? [];
  const last = messages.at(-1);
  const agent = chosen ?? last?.run.agentName ?? thread.data?.pages[0]?.agent ?? null;
  const say = useMutation({
    mutationFn: ({ said, after }: { said: Said; after?: string | null }) =>
      client.threads.send(threadId, {
        ...said,
        ...(agent !== null && { agent }),
        ...(after !== undefined && { after }),
      }),
    onSuccess: async () => {
      setStatus("pending");
      onBranch(undefined);
      await refresh();
    },
  });
  const stop = useMutation({
    mutationFn: (runId: string) => client.runs.cancel(runId),
    onError: notifyError,
  });

  const [page] = thread.data?.pages ?? [];
  if (!page) {
    if (!thread.error) return <ThreadSkeleton />;
    return <Missing title="Thread" error={thread.error} onRetry={() => void thread.refetch()} />;
  }
  const isAnswering = last !== undefined && !isTerminal(status ?? last.run.status);
  const blocked = isAnswering
    ? "The answer is still being made."
    : agent === null
      ? "Choose an agent first."
      : null;
  const goOn = (said: Said) =>
    say.mutateAsync({ said, ...(upTo !== undefined && { after: upTo }) });
  return (
    <section className={styles["thread"]} aria-label="Conversation">
      <ThreadHeader thread={page} />
      <div ref={box as React.RefObject<HTMLDivElement>} className={styles["turns"]} tabIndex={-1}>
        {thread.hasNextPage && (
          <Button
            size="compact-xs"
            variant="subtle"
            loading={thread.isFetchingNextPage}
            onClick={() => void thread.fetchNextPage()}
          >
            Earlier messages
          </Button>
        )}
        {messages.map((message) => (
          <Turn
            key={message.run.runId}
            message={message}
            onStatus={message === last ? onLastStatus : ignore}
            onEdit={(said, after) => say.mutateAsync({ said, after })}
            onVersion={onBranch}
          />
        ))}
      </div>
      {may("agents.run") && (
        <Composer
          label="Go on with the conversation"
          blocked={blocked}
          isSending={say.isPending}
          onSend={goOn}
          onStop={isAnswering && may("runs.steer") ? () => stop.mutate(last.run.runId) : undefined}
        >
          <AgentSelect
            size="xs"
            w={170}
            aria-label="Agent of the next answer"
            value={agent}
            onChange={setChosen}
            allowDeselect={false}
          />
        </Composer>
      )}
    </section>
  );
}

function ignore() {}

function ThreadSkeleton() {
  return (
    <Stack gap="md" aria-busy="true" aria-label="Loading the conversation">
      <Skeleton height={22} width={260} />
      <Skeleton height={60} />
      <Skeleton height={160} />
    </Stack>
  );
}
