import { isTerminal, outputText, versionWord, type Run, type ThreadMessage } from "@flotilla/core";
import { ActionIcon, Button, CopyButton } from "@mantine/core";
import { IconCheck, IconCopy, IconRefresh, IconReload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Cost } from "../../components/cost.tsx";
import { formatCount } from "../../components/count.tsx";
import { Duration } from "../../components/duration.tsx";
import { notifyError } from "../../components/notify-error.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { attachedAgain } from "./attachment-file.ts";
import type { Said } from "./composer.tsx";
import styles from "./turn.module.css";

interface TurnFooterProps {
  run: Run;
  message: ThreadMessage;
  onRetried: () => void;
  onSay: (said: Said, after: string | null) => Promise<unknown>;
}

/** Who answered, what it took, and what can be done with the answer. */
export function TurnFooter({ run, message, onRetried, onSay }: TurnFooterProps) {
  const may = useMay();
  const hasEnded = isTerminal(run.status);
  return (
    <footer className={styles["footer"]}>
      <TurnFigures run={run} />
      {run.status === "cancelled" && <span>stopped by {run.cancelledBy}</span>}
      {run.status === "completed" && <CopyAnswer run={run} />}
      {hasEnded && may("agents.run") && <Regenerate message={message} onSay={onSay} />}
      {hasEnded && run.status !== "completed" && may("runs.steer") && (
        <RetryButton runId={run.runId} onRetried={onRetried} />
      )}
    </footer>
  );
}

/** The agent and the model of an answer, its time, tokens and cost, as they grow. */
export function TurnFigures({ run }: { run: Run }) {
  const { inputTokens, outputTokens } = run.usage;
  const endedAt = "endedAt" in run ? run.endedAt : null;
  const model = run.steps.findLast((step) => step.kind === "model")?.model;
  return (
    <>
      <Link className="plain" to="/runs/$runId" params={{ runId: run.runId }}>
        {run.agentName} {versionWord(run.agentVersion)}
      </Link>
      {model !== undefined && <span className="mono">{model}</span>}
      <Duration start={run.startedAt ?? run.createdAt} end={endedAt} />
      <span className="figure" title="Input and output tokens">
        {formatCount(inputTokens)} → {formatCount(outputTokens)} tokens
      </span>
      <Cost micros={run.costMicros} incomplete={run.costIncomplete} />
    </>
  );
}

function CopyAnswer({ run }: { run: Extract<Run, { status: "completed" }> }) {
  return (
    <CopyButton value={outputText(run.output)}>
      {({ copied, copy }) => (
        <ActionIcon
          variant="subtle"
          size="sm"
          aria-label={copied ? "Copied" : "Copy the answer"}
          title="Copy the answer"
          onClick={copy}
        >
          {copied ? <IconCheck size={14} /> : <IconCopy size={14} stroke={1.7} />}
        </ActionIcon>
      )}
    </CopyButton>
  );
}

function Regenerate({ message, onSay }: Pick<TurnFooterProps, "message" | "onSay">) {
  const { text, attachments, after } = message;
  const again = useMutation({
    mutationFn: () => onSay({ text, attachments: attachments.map(attachedAgain) }, after),
    onError: notifyError,
  });
  return (
    <ActionIcon
      variant="subtle"
      size="sm"
      aria-label="Answer once more"
      title="Answer once more, with the agent and model chosen below; this answer is kept as another version"
      loading={again.isPending}
      onClick={() => again.mutate()}
    >
      <IconReload size={14} stroke={1.7} />
    </ActionIcon>
  );
}

function RetryButton({ runId, onRetried }: { runId: string; onRetried: () => void }) {
  const retry = useMutation({
    mutationFn: () => client.runs.retry(runId),
    onSuccess: onRetried,
    onError: notifyError,
  });
  return (
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
  );
}
