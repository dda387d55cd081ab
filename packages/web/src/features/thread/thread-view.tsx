import { Button, Skeleton, Stack } from "@mantine/core";
import { useState } from "react";
import { Missing } from "../../components/missing.tsx";
import { useMay } from "../../data/me.ts";
import { AgentSelect } from "../agent/agent-select.tsx";
import { useFollowEnd } from "../run/use-follow-end.ts";
import { Composer } from "./composer.tsx";
import { ThreadHeader } from "./thread-header.tsx";
import { Turn } from "./turn.tsx";
import { useThread } from "./use-thread.ts";
import styles from "./thread-view.module.css";

interface ThreadViewProps {
  threadId: string;
  /** The branch that leads to this run; undefined: the newest one. */
  upTo: string | undefined;
  onBranch: (upTo: string | undefined) => void;
}

/** One conversation: its turns, and where to go on. Mount it anew per thread. */
export function ThreadView({ threadId, upTo, onBranch }: ThreadViewProps) {
  const may = useMay();
  const [chosen, setChosen] = useState<string | null>(null);
  const onSent = () => onBranch(undefined);
  const state = useThread({ threadId, upTo, chosen, onSent });
  const { query, thread, agent, isAnswering, last, say, stop } = state;
  if (!thread) {
    if (!query.error) return <ThreadSkeleton />;
    return <Missing title="Thread" error={query.error} onRetry={() => void query.refetch()} />;
  }
  const stopLast = () => last && stop.mutate(last.run.runId);
  return (
    <section className={styles["thread"]} aria-label="Conversation">
      <ThreadHeader thread={thread} />
      <Turns state={state} onBranch={onBranch} />
      {may("agents.run") && (
        <Composer
          label="Go on with the conversation"
          blocked={blockedBy(isAnswering, agent)}
          isSending={say.isPending}
          onSend={(said) => say.mutateAsync({ said, after: upTo })}
          onStop={isAnswering && may("runs.steer") ? stopLast : undefined}
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

function blockedBy(isAnswering: boolean, agent: string | null): string | null {
  if (isAnswering) return "The answer is still being made.";
  return agent === null ? "Choose an agent first." : null;
}

interface TurnsProps {
  state: ReturnType<typeof useThread>;
  onBranch: ThreadViewProps["onBranch"];
}

function Turns({ state, onBranch }: TurnsProps) {
  const { query, messages, last, noteStatus, say } = state;
  const box = useFollowEnd(true);
  return (
    <div ref={box as React.RefObject<HTMLDivElement>} className={styles["turns"]} tabIndex={-1}>
      {query.hasNextPage && (
        <Button
          size="compact-xs"
          variant="subtle"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          Earlier messages
        </Button>
      )}
      {messages.map((message) => (
        <Turn
          key={message.run.runId}
          message={message}
          onStatus={message === last ? noteStatus : ignore}
          onEdit={(said, after) => say.mutateAsync({ said, after })}
          onVersion={onBranch}
        />
      ))}
    </div>
  );
}

function ignore() {}

function ThreadSkeleton() {
  return (
    <Stack gap="md" role="status" aria-busy="true" aria-label="Loading the conversation">
      <Skeleton height={22} width={260} />
      <Skeleton height={60} />
      <Skeleton height={160} />
    </Stack>
  );
}
