import { isTerminal, type Json, type ModelStep, type Run, type RunStep } from "@flotilla/core";
import { IconTool } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef, type ReactNode } from "react";
import { JsonView } from "../../components/json-view.tsx";
import { Markdown } from "../../components/markdown.tsx";
import { scrollArea, useScrollMargin } from "../../components/scroll-area.ts";
import { FeedbackBar } from "../feedback/feedback-bar.tsx";
import { useStepWords, wordsOf } from "./step-words.ts";
import { stepKey } from "./timeline-layout.ts";
import styles from "./conversation.module.css";

/** The run as talk: what was asked, what the model said, which tools it called. */
export function Conversation({ run }: { run: Run }) {
  const turns = turnsOf(run);
  const list = useRef<HTMLDivElement>(null);
  const margin = useScrollMargin(list);
  const virtualizer = useVirtualizer({
    count: turns.length,
    getScrollElement: scrollArea,
    estimateSize: () => 48,
    overscan: 8,
    gap: 8,
    scrollMargin: margin,
    getItemKey: (index) => turns[index]?.key ?? index,
  });
  return (
    <div
      ref={list}
      className={styles["conversation"]}
      style={{ height: virtualizer.getTotalSize() }}
    >
      {virtualizer.getVirtualItems().map(({ key, index, start }) => (
        <div
          key={key}
          data-index={index}
          ref={virtualizer.measureElement}
          className={styles["item"]}
          style={{ transform: `translateY(${start - margin}px)` }}
        >
          {turns[index]?.render()}
        </div>
      ))}
    </div>
  );
}

interface ShownTurn {
  key: string;
  render: () => ReactNode;
}

function turnsOf(run: Run): ShownTurn[] {
  const turns: ShownTurn[] = [{ key: "input", render: () => <InputTurn text={run.input.text} /> }];
  for (const [index, step] of run.steps.entries()) {
    if (step.kind === "model" && wordsOf(step).text === "") continue;
    turns.push({
      key: stepKey(step, index),
      render: () => <StepTurn runId={run.runId} step={step} />,
    });
  }
  if (run.status === "completed" && typeof run.output === "object") {
    const { output } = run;
    turns.push({ key: "output", render: () => <OutputTurn output={output} /> });
  }
  if (isTerminal(run.status)) {
    turns.push({ key: "feedback", render: () => <FeedbackTurn run={run} /> });
  }
  return turns;
}

function StepTurn({ runId, step }: { runId: string; step: RunStep }) {
  if (step.kind === "tool") return <ToolTurn runId={runId} step={step} />;
  if (step.kind === "model") return <ModelTurn step={step} />;
  if (step.kind === "escalation") {
    return (
      <Turn who="Escalation">
        The answer of {step.model} was not sure enough ({step.confidence} of {step.minimum}). The
        conversation starts anew on {step.next}.
      </Turn>
    );
  }
  if (step.kind === "message") {
    return (
      <Turn who={step.from?.agentName ?? step.by}>
        <div className={styles["input"]}>{step.text}</div>
      </Turn>
    );
  }
  if (step.kind === "lesson") return <Turn who="Lesson">{step.lesson}</Turn>;
  return (
    <Turn who="Repair">
      The answer did not fit the output schema:
      <ul>
        {step.problems.map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
      </ul>
    </Turn>
  );
}

function ToolTurn({ runId, step }: { runId: string; step: RunStep & { kind: "tool" } }) {
  const result = step.status === "failed" ? step.error?.message : JSON.stringify(step.output);
  return (
    <Link
      className={styles["tool"]}
      to="/runs/$runId"
      params={{ runId }}
      search={{ step: step.callId }}
      data-tone={step.status === "failed" ? "failed" : undefined}
    >
      <IconTool size={14} stroke={1.7} aria-hidden />
      <span className="mono truncate">
        {step.tool}({JSON.stringify(step.input)}) → {step.endedAt ? result : "…"}
      </span>
    </Link>
  );
}

/** What was asked, letter by letter: nobody promised that it is Markdown. */
function InputTurn({ text }: { text: string }) {
  return (
    <Turn who="Input">
      <div className={styles["input"]}>{text}</div>
    </Turn>
  );
}

function OutputTurn({ output }: { output: Json }) {
  return (
    <Turn who="Output">
      <JsonView value={output} />
    </Turn>
  );
}

/** What people say of the run as a whole. */
function FeedbackTurn({ run }: { run: Run }) {
  return (
    <Turn who="">
      <FeedbackBar run={run} target={{ kind: "run" }} />
    </Turn>
  );
}

function ModelTurn({ step }: { step: ModelStep }) {
  const { text } = useStepWords(step);
  return (
    <Turn who={step.by ?? "Agent"}>
      <Markdown text={text} streaming={step.status === "running"} />
    </Turn>
  );
}

function Turn({ who, children }: { who: string; children: ReactNode }) {
  return (
    <article className={styles["turn"]}>
      {who === "" ? <span /> : <h2 className={styles["who"]}>{who}</h2>}
      <div>{children}</div>
    </article>
  );
}
