import type { ComparableStep, ComparedStep } from "@flotilla/core";
import type { ReactNode } from "react";
import { Cost } from "../../components/cost.tsx";
import { formatCount } from "../../components/count.tsx";
import { formatDuration } from "../../components/duration.tsx";
import { JsonView } from "../../components/json-view.tsx";
import { KeyValue } from "../../components/key-value.tsx";
import { LineDiff } from "../../components/line-diff.tsx";
import styles from "./comparison-steps.module.css";

/** A pair of steps in full: what differs as a difference, the rest side by side. */
export function StepDifference({ step: { a, b, differs } }: { step: ComparedStep }) {
  return (
    <div className={styles["detail"]}>
      {a && b && differs.length > 0 && (
        <LineDiff
          label="Difference of the steps, from A to B"
          before={readable(a)}
          after={readable(b)}
        />
      )}
      <div className={styles["sides"]}>
        <Side name="A" step={a} />
        <Side name="B" step={b} />
      </div>
    </div>
  );
}

function Side({ name, step }: { name: string; step: ComparableStep | null }) {
  if (!step) {
    return (
      <div className={styles["side"]} role="group" aria-label={name}>
        <span className="dimmed">{name} has no step like it.</span>
      </div>
    );
  }
  return (
    <div className={styles["side"]} role="group" aria-label={name}>
      <KeyValue pairs={pairsOf(step)} />
      {step.kind === "tool" ? (
        <JsonView value={{ input: step.input, output: step.error ?? step.output }} />
      ) : (
        <>
          {step.text && <div className={styles["text"]}>{step.text}</div>}
          {step.calls.length > 0 && <JsonView value={step.calls} />}
        </>
      )}
    </div>
  );
}

function pairsOf(step: ComparableStep): [string, ReactNode][] {
  const took: [string, ReactNode] = ["Duration", step.ms === null ? null : formatDuration(step.ms)];
  if (step.kind === "tool") return [["Status", step.status], took];
  return [
    [
      "Model",
      <span key="model" className="mono">
        {step.model}
      </span>,
    ],
    ["Status", step.status],
    ["Tokens", `${formatCount(step.inputTokens)} → ${formatCount(step.outputTokens)}`],
    ["Cost", <Cost key="cost" micros={step.costMicros} />],
    took,
  ];
}

function readable(step: ComparableStep): string {
  if (step.kind === "tool") {
    const { input, output, error, status } = step;
    return JSON.stringify({ status, input, output: error ?? output }, null, 2);
  }
  const calls = step.calls.map(({ tool, input }) => `${tool}(${JSON.stringify(input)})`);
  return [step.text, ...calls].filter(Boolean).join("\n");
}
