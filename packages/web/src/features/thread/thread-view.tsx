import { Button, Skeleton, Stack } from "@mantine/core";
import { useRef, useState } from "react";
import { Missing } from "../../components/missing.tsx";
import { useKeptFocus } from "../../components/use-kept-focus.ts";
import { useMay } from "../../data/me.ts";
import { AgentSelect } from "../agent/agent-select.tsx";
import { useFollowEnd } from "../run/use-follow-end.ts";
import { Composer } from "./composer.tsx";
import { ModelSelect, useOwnModel } from "./model-select.tsx";
import { PlanBeside } from "./plan-beside.tsx";
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

/** One conversation: its turns, the plan of the newest beside them, and where to go on. Mount it anew per thread. */
export function ThreadView({ threadId, upTo, onBranch }: ThreadViewProps) {
  const [chosen, setChosen] = useState<string | null>(null);
  const [model, setModel] = useState<string | null>(null);
  const onSent = () => onBranch(undefined);
  const state = useThread({ threadId, upTo, chosen, model, onSent });
  const { query, thread, newest } = state;
  const box = useRef<HTMLElement>(null);
  useKeptFocus(box, () => box.current?.querySelector<HTMLElement>("[data-part=next] textarea"));
  return (
    <section ref={box} className={styles["thread"]} aria-label="Conversation">
      {thread ? (
        <>
          <ThreadHeader thread={thread} />
          <div className={styles["split"]} data-plan={Boolean(newest?.run.plan)}>
            <Turns state={state} onBranch={onBranch} />
            {newest?.run.plan && <PlanBeside followed={newest} plan={newest.run.plan} />}
          </div>
          <Next state={state} upTo={upTo} model={model} onAgent={setChosen} onModel={setModel} />
        </>
      ) : query.error ? (
        <Missing title="Thread" error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <ThreadSkeleton />
      )}
    </section>
  );
}

interface NextProps {
  state: ReturnType<typeof useThread>;
  upTo: string | undefined;
  model: string | null;
  onAgent: (agent: string | null) => void;
  onModel: (model: string | null) => void;
}

/** What is said next, and who answers it. */
function Next({ state, upTo, model, onAgent, onModel }: NextProps) {
  const may = useMay();
  const { agent, isAnswering, last, say, stop } = state;
  const own = useOwnModel(agent);
  if (!may("agents.run")) return null;
  const stopLast = () => last && stop.mutate(last.run.runId);
  return (
    <div data-part="next">
      <Composer
        label="Go on with the conversation"
        blocked={blockedBy(isAnswering, agent)}
        isSending={say.isPending}
        hasFocus
        onSend={(said) => say.mutateAsync({ said, after: upTo })}
        onStop={isAnswering && may("runs.steer") ? stopLast : undefined}
        model={model ?? own}
      >
        <AgentSelect
          size="xs"
          w={150}
          aria-label="Agent of the next answer"
          value={agent}
          onChange={onAgent}
          allowDeselect={false}
        />
        <ModelSelect agent={agent} value={model} onChange={onModel} />
      </Composer>
    </div>
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
  const { query, messages, last, noteRun, say } = state;
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
          onRun={message === last ? noteRun : ignore}
          onSay={(said, after) => say.mutateAsync({ said, after })}
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
