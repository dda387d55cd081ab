import { runStatusSchema, type RunStatus, type ScheduleStart } from "@flotilla/core";
import { StatusIcon } from "../../components/status-badge.tsx";
import styles from "./outcome-badge.module.css";

const tones = {
  queued: "pending",
  started: "completed",
  skipped: "cancelled",
  failed: "failed",
} as const;

/** What became of a due time, in a word; its colour is that of the run's status where there is one. */
export function OutcomeBadge({ start }: { start: ScheduleStart }) {
  const { outcome, status } = start;
  const own = runStatusSchema.safeParse(status);
  const tone: RunStatus = outcome === "started" && own.success ? own.data : tones[outcome];
  const word = outcome === "failed" ? "not started" : outcome;
  return (
    <span className={styles["badge"]}>
      <StatusIcon status={tone} />
      {outcome === "started" && status ? status : word}
    </span>
  );
}
