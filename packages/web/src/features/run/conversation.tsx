import type { Json, Run, RunStep } from "@flotilla/core";
import { IconTool } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { JsonView } from "../../components/json-view.tsx";
import { Markdown } from "../../components/markdown.tsx";
import { wordsOf } from "./model-step-detail.tsx";
import { stepKey } from "./timeline-layout.ts";
import styles from "./conversation.module.css";

/** The run as talk: what was asked, what the model said, which tools it called. */
export function Conversation({ run }: { run: Run }) {
  const isObject = run.status === "completed" && typeof run.output === "object";
  return (
    <div className={styles["conversation"]}>
      <Turn who="Input">
        <Markdown text={run.input.text} />
      </Turn>
      {run.steps.map((step, index) => (
        <StepTurn key={stepKey(step, index)} run={run} step={step} />
      ))}
      {isObject && (
        <Turn who="Output">
          <JsonView value={run.output as Json} />
        </Turn>
      )}
    </div>
  );
}

function StepTurn({ run, step }: { run: Run; step: RunStep }) {
  if (step.kind === "tool") return <ToolTurn runId={run.runId} step={step} />;
  if (step.kind === "rejection") {
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
  const { text } = wordsOf(step);
  if (!text) return null;
  return (
    <Turn who="Agent">
      <Markdown text={text} streaming={step.status === "running"} />
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

function Turn({ who, children }: { who: string; children: ReactNode }) {
  return (
    <article className={styles["turn"]}>
      <h2 className={styles["who"]}>{who}</h2>
      <div>{children}</div>
    </article>
  );
}
