import type { FlotillaError, ModelStep, Run, RunStep, ToolStep } from "@flotilla/core";
import { Loader } from "@mantine/core";
import { IconTool } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { formatBytes } from "../../components/count.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { JsonView } from "../../components/json-view.tsx";
import { Markdown } from "../../components/markdown.tsx";
import { OutputImages } from "../artifact/output-images.tsx";
import { InterruptPanel } from "../interrupt/interrupt-panel.tsx";
import { CallWait } from "../run/call-wait.tsx";
import { LiveWordsScope, useStepWords, wordsOf, type LiveWords } from "../run/step-words.ts";
import { stepKey } from "../run/timeline-layout.ts";
import { WaitPanel } from "../run/wait-panel.tsx";
import styles from "./answer.module.css";

interface AnswerProps {
  run: Run | undefined;
  words: LiveWords;
  /** Why the run cannot be followed. */
  error: FlotillaError | undefined;
  onRetry: () => void;
}

/** The answer to a message: text and tool calls in their order, what it waits for, what went wrong. */
export function Answer({ run, words, error, onRetry }: AnswerProps) {
  if (!run) return error ? <ErrorPanel error={error} onRetry={onRetry} /> : <Pending />;
  const last = run.steps.findLast((step) => step.kind === "model");
  return (
    <div className={styles["answer"]} data-part="answer">
      <LiveWordsScope value={words}>
        {run.steps.map((step, index) => (
          <Step key={stepKey(step, index)} step={step} />
        ))}
      </LiveWordsScope>
      {run.status === "completed" && typeof run.output === "object" && (
        <JsonView value={run.output} />
      )}
      {isThinking(run) && <Pending />}
      {run.status === "running" && last?.waitingFor && <CallWait wait={last.waitingFor} />}
      {run.status === "waiting" && run.waitingFor.kind !== "interrupt" && (
        <WaitPanel wait={run.waitingFor} />
      )}
      {run.interrupts.map((interrupt) => (
        <InterruptPanel
          key={interrupt.interruptId}
          runId={run.runId}
          interruptId={interrupt.interruptId}
        />
      ))}
      {run.status === "failed" && <ErrorPanel error={run.error} />}
      {error && <ErrorPanel error={error} onRetry={onRetry} />}
    </div>
  );
}

/** Under way, and the step of the moment shows nothing yet. */
function isThinking(run: Run): boolean {
  if (run.status === "pending") return true;
  if (run.status !== "running") return false;
  const step = run.steps.at(-1);
  if (step?.kind !== "model") return true;
  const { text, reasoning } = wordsOf(step);
  return text === "" && reasoning === "" && !step.waitingFor;
}

function Pending() {
  return (
    <div role="status" aria-label="The answer is being made">
      <Loader size={14} type="dots" />
    </div>
  );
}

function Step({ step }: { step: RunStep }) {
  switch (step.kind) {
    case "tool":
      return <ToolCall step={step} />;
    case "model":
      return <Words step={step} />;
    case "escalation":
      return <p className={styles["note"]}>Not sure enough; asked {step.next} instead.</p>;
    case "message":
      return (
        <p className={styles["note"]}>
          {step.from?.agentName ?? step.by}: {step.text}
        </p>
      );
    case "lesson":
      return <p className={styles["note"]}>Not good enough; learnt: {step.lesson}</p>;
    case "rejection":
      return <p className={styles["note"]}>The answer did not fit its schema; asked again.</p>;
  }
}

function Words({ step }: { step: ModelStep }) {
  const { text, reasoning } = useStepWords(step);
  return (
    <>
      {reasoning !== "" && (
        <details className={styles["fold"]}>
          <summary>Reasoning</summary>
          <div className={styles["reasoning"]}>{reasoning}</div>
        </details>
      )}
      {text !== "" && (
        <div data-part="words">
          <Markdown text={text} streaming={step.status === "running"} />
        </div>
      )}
    </>
  );
}

/** A call, folded; an image that it has made is shown at once. */
function ToolCall({ step }: { step: ToolStep }) {
  return (
    <>
      <CallFold step={step} />
      {step.status === "done" && <OutputImages output={step.output} />}
    </>
  );
}

function CallFold({ step }: { step: ToolStep }) {
  const failed = step.status === "failed";
  return (
    <details className={styles["fold"]} data-tone={failed ? "failed" : undefined}>
      <summary>
        <IconTool size={13} stroke={1.7} aria-hidden />
        <span className="mono truncate">
          {step.tool}({JSON.stringify(step.input)})
        </span>
        {!step.endedAt && <Loader size={10} />}
        {failed && <span>failed</span>}
      </summary>
      <div className={styles["call"]}>
        <h3 className={styles["label"]}>Arguments</h3>
        <JsonView value={step.input} />
        {step.status === "done" && (
          <>
            <h3 className={styles["label"]}>Result</h3>
            <JsonView value={step.output} />
          </>
        )}
        {step.artifact && (
          <Link to="/artifacts/$artifactId" params={{ artifactId: step.artifact.id }}>
            Open the whole result, {formatBytes(step.artifact.bytes)}
          </Link>
        )}
        {failed && step.error && <ErrorPanel error={step.error} />}
      </div>
    </details>
  );
}
