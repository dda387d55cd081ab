import { versionWord, isTerminal, type Run, type ThreadMessage } from "@flotilla/core";
import { ActionIcon, Button, Group, Pill } from "@mantine/core";
import {
  IconChevronLeft,
  IconChevronRight,
  IconPaperclip,
  IconPencil,
  IconRefresh,
} from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import { Cost } from "../../components/cost.tsx";
import { formatCount } from "../../components/count.tsx";
import { Duration } from "../../components/duration.tsx";
import { notifyError } from "../../components/notify-error.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { FeedbackBar } from "../feedback/feedback-bar.tsx";
import { RunScope } from "../run/run-scope.ts";
import { useRunFeed } from "../run/use-run-feed.ts";
import { Answer } from "./answer.tsx";
import { Composer, type Said } from "./composer.tsx";
import styles from "./turn.module.css";

interface TurnProps {
  message: ThreadMessage;
  /** Told of each status of its run. */
  onStatus: (status: Run["status"]) => void;
  /** Says something else in this place. */
  onEdit: (said: Said, after: string | null) => Promise<unknown>;
  /** Shows the branch of another version. */
  onVersion: (runId: string) => void;
}

/** What was said, the answer as it comes, and what it took. Mount it anew per run. */
export function Turn({ message, onStatus, onEdit, onVersion }: TurnProps) {
  const { run, error, resume } = useRunFeed(message.run.runId);
  const status = run?.status;
  const scope = useMemo(() => ({ isPast: false, onChanged: resume }), [resume]);
  useEffect(() => {
    if (status) onStatus(status);
  }, [status, onStatus]);
  return (
    <article className={styles["turn"]}>
      <Question message={message} onEdit={onEdit} onVersion={onVersion} />
      <Answer run={run} error={error} onRetry={resume} />
      {run && <Footer run={run} onRetried={resume} />}
      {run && isTerminal(run.status) && (
        <RunScope value={scope}>
          <FeedbackBar run={run} target={{ kind: "run" }} />
        </RunScope>
      )}
    </article>
  );
}

function Question({ message, onEdit, onVersion }: Omit<TurnProps, "onStatus">) {
  const may = useMay();
  const [isEditing, setEditing] = useState(false);
  const { text, attachments, after } = message;
  if (isEditing) {
    return (
      <div className={styles["editing"]}>
        <Composer
          initial={text}
          label="Say it differently"
          blocked={null}
          isSending={false}
          onSend={(said) => onEdit(said, after).then(() => setEditing(false))}
        >
          <Button size="compact-sm" variant="subtle" onClick={() => setEditing(false)}>
            Keep it
          </Button>
        </Composer>
      </div>
    );
  }
  return (
    <div className={styles["question"]}>
      <div className={styles["said"]}>{text}</div>
      {attachments.map(({ artifact, name }) => (
        <Pill key={artifact.id} size="sm">
          <IconPaperclip size={11} aria-hidden /> {name}
        </Pill>
      ))}
      <Group gap={2} className={styles["tools"]}>
        <Versions message={message} onVersion={onVersion} />
        {may("agents.run") && (
          <ActionIcon
            variant="subtle"
            size="sm"
            aria-label="Edit and send again"
            title="Edit and send again: this answer is kept as another version"
            onClick={() => setEditing(true)}
          >
            <IconPencil size={14} stroke={1.7} />
          </ActionIcon>
        )}
      </Group>
    </div>
  );
}

function Versions({ message, onVersion }: Pick<TurnProps, "message" | "onVersion">) {
  const { versions, run } = message;
  const at = versions.indexOf(run.runId);
  if (versions.length < 2) return null;
  const step = (by: number, label: string, Icon: typeof IconChevronLeft) => {
    const other = versions[at + by];
    return (
      <ActionIcon
        variant="subtle"
        size="sm"
        aria-label={label}
        disabled={other === undefined}
        onClick={() => other !== undefined && onVersion(other)}
      >
        <Icon size={14} />
      </ActionIcon>
    );
  };
  return (
    <>
      {step(-1, "Earlier version", IconChevronLeft)}
      <span className="figure dimmed">
        {at + 1} / {versions.length}
      </span>
      {step(1, "Later version", IconChevronRight)}
    </>
  );
}

function Footer({ run, onRetried }: { run: Run; onRetried: () => void }) {
  const may = useMay();
  const retry = useMutation({
    mutationFn: () => client.runs.retry(run.runId),
    onSuccess: onRetried,
    onError: notifyError,
  });
  const { inputTokens, outputTokens } = run.usage;
  const endedAt = "endedAt" in run ? run.endedAt : null;
  return (
    <footer className={styles["footer"]}>
      <Link className="plain" to="/runs/$runId" params={{ runId: run.runId }}>
        {run.agentName} {versionWord(run.agentVersion)}
      </Link>
      <Duration start={run.startedAt ?? run.createdAt} end={endedAt} />
      <span className="figure" title="Input and output tokens">
        {formatCount(inputTokens)} → {formatCount(outputTokens)} tokens
      </span>
      <Cost micros={run.costMicros} incomplete={run.costIncomplete} />
      {run.status === "cancelled" && <span>stopped by {run.cancelledBy}</span>}
      {may("runs.steer") && isTerminal(run.status) && run.status !== "completed" && (
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<IconRefresh size={12} />}
          loading={retry.isPending}
          onClick={() => retry.mutate()}
          title="Goes on from the step that failed; completed steps are kept"
        >
          Retry
        </Button>
      )}
    </footer>
  );
}
