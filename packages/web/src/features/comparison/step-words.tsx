import type { ComparableStep } from "@flotilla/core";
import { IconSparkles, IconTool } from "@tabler/icons-react";
import styles from "./comparison-steps.module.css";

/** A step of one run in a line; nothing where the run has none like it. */
export function StepWords({ step }: { step: ComparableStep | null }) {
  if (!step) return <span className={styles["none"]}>–</span>;
  const Icon = step.kind === "tool" ? IconTool : IconSparkles;
  return (
    <span className={styles["step"]}>
      <Icon size={14} stroke={1.7} aria-hidden />
      <span className={styles["name"]}>
        {step.kind === "tool" ? step.tool : `Model call ${step.step}`}
      </span>
      <span className="dimmed truncate">{gist(step)}</span>
    </span>
  );
}

function gist(step: ComparableStep): string {
  if (step.kind === "tool") {
    return `${JSON.stringify(step.input)} → ${step.error ?? JSON.stringify(step.output)}`;
  }
  const calls = step.calls.map(({ tool }) => tool).join(", ");
  return step.text || (calls ? `calls ${calls}` : step.status);
}
