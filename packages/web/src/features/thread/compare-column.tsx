import { isTerminal, type ThreadMessage } from "@flotilla/core";
import { ActionIcon, Button, Group, Skeleton } from "@mantine/core";
import { IconThumbUp, IconX } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useEffectEvent } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { LinkButton } from "../../components/link-button.tsx";
import { useMay } from "../../data/me.ts";
import { AgentSelect } from "../agent/agent-select.tsx";
import { FeedbackList } from "../feedback/feedback-list.tsx";
import { feedbackOn } from "../feedback/feedback-target.ts";
import { useFollowEnd } from "../run/use-follow-end.ts";
import { useRunFeed } from "../run/use-run-feed.ts";
import { Answer } from "./answer.tsx";
import type { CompareColumn as Column } from "./compare-search.ts";
import { ModelSelect } from "./model-select.tsx";
import { threadQuery } from "./thread-queries.ts";
import { TurnFigures } from "./turn-footer.tsx";
import type { ColumnAnswer } from "./use-comparison.ts";
import styles from "./compare-page.module.css";

interface CompareColumnProps {
  column: Column;
  /** From 1. */
  place: number;
  onChange: (column: Column) => void;
  /** Left out: it is one of the last two. */
  onRemove?: (() => void) | undefined;
  onAnswer: (threadId: string, answer: ColumnAnswer) => void;
  /** Left out: there is nothing to pick yet. */
  onPick?: (() => void) | undefined;
}

/** One of those that are compared: who answers, what it said, what that took. */
export function CompareColumn(props: CompareColumnProps) {
  const { column, place, onChange, onRemove, onPick } = props;
  const { agent, model, thread } = column;
  const may = useMay();
  return (
    <section className={styles["column"]} aria-label={`Column ${place}`}>
      <Group gap={6} wrap="nowrap" className={styles["head"]}>
        <AgentSelect
          size="xs"
          flex={1}
          aria-label={`Agent of column ${place}`}
          placeholder="Choose an agent"
          value={agent ?? null}
          onChange={(next) => onChange({ ...column, agent: next ?? undefined })}
          allowDeselect={false}
        />
        <ModelSelect
          agent={agent ?? null}
          label={`Model of column ${place}`}
          value={model ?? null}
          onChange={(next) => onChange({ ...column, model: next ?? undefined })}
        />
        {onRemove && (
          <ActionIcon size="sm" aria-label={`Remove column ${place}`} onClick={onRemove}>
            <IconX size={14} />
          </ActionIcon>
        )}
      </Group>
      {thread ? (
        <Rounds threadId={thread} onAnswer={props.onAnswer} />
      ) : (
        <NoAnswer isChosen={agent !== undefined} />
      )}
      {thread && (
        <Group gap={6}>
          {onPick && may("feedback.write") && (
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<IconThumbUp size={13} />}
              onClick={onPick}
            >
              This one is better
            </Button>
          )}
          <LinkButton
            size="compact-sm"
            variant="subtle"
            to="/playground/$threadId"
            params={{ threadId: thread }}
            search={{}}
          >
            Go on with it alone
          </LinkButton>
        </Group>
      )}
    </section>
  );
}

function NoAnswer({ isChosen }: { isChosen: boolean }) {
  return (
    <p className={styles["hint"]}>
      {isChosen ? "Its answer comes here." : "Choose an agent above: its answer comes here."}
    </p>
  );
}

interface RoundsProps {
  threadId: string;
  onAnswer: CompareColumnProps["onAnswer"];
}

function Rounds({ threadId, onAnswer }: RoundsProps) {
  const query = useInfiniteQuery(threadQuery(threadId));
  const box = useFollowEnd(true);
  const messages = (query.data?.pages ?? []).flatMap((page) => page.messages.items).toReversed();
  const last = messages.at(-1);
  return (
    <div
      ref={box as React.RefObject<HTMLDivElement>}
      className={styles["rounds"]}
      tabIndex={0}
      role="group"
      aria-label="What was said"
    >
      {query.error && <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton height={120} aria-busy="true" aria-label="Loading" />}
      {messages.map((message) => (
        <Round
          key={message.run.runId}
          message={message}
          onAnswer={message === last ? (answer) => onAnswer(threadId, answer) : undefined}
        />
      ))}
    </div>
  );
}

interface RoundProps {
  message: ThreadMessage;
  onAnswer: ((answer: ColumnAnswer) => void) | undefined;
}

function Round({ message, onAnswer }: RoundProps) {
  const { run, words, error, resume } = useRunFeed(message.run.runId);
  const status = run?.status;
  const tell = useEffectEvent(() => run && onAnswer?.({ run, resume }));
  useEffect(() => {
    if (status) tell();
  }, [status]);
  return (
    <article className={styles["round"]} data-status={status}>
      <p className={styles["said"]}>{message.text}</p>
      <Answer run={run} words={words} error={error} onRetry={resume} />
      {run && (
        <footer className={styles["figures"]}>
          <TurnFigures run={run} />
        </footer>
      )}
      {run && isTerminal(run.status) && (
        <FeedbackList feedback={feedbackOn(run, { kind: "run" })} />
      )}
    </article>
  );
}
