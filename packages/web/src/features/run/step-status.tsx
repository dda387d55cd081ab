import type { EffectStatus, ModelStep, RunStatus } from "@flotilla/core";
import styles from "./step-status.module.css";

/** Words and tone of each status a step can have. */
const looks: Record<ModelStep["status"] | EffectStatus, [word: string, tone: RunStatus]> = {
  running: ["running", "running"],
  waiting: ["waiting", "waiting"],
  proposed: ["waits for a person", "waiting"],
  approved: ["approved", "running"],
  delegated: ["delegated", "running"],
  intended: ["running", "running"],
  retrying: ["retrying", "waiting"],
  completed: ["completed", "completed"],
  done: ["done", "completed"],
  failed: ["failed", "failed"],
  unknown: ["outcome unknown", "waiting"],
};

export function StepStatus({ status }: { status: ModelStep["status"] | EffectStatus }) {
  const [word, tone] = looks[status];
  return (
    <span className={styles["status"]} data-tone={tone}>
      {word}
    </span>
  );
}
