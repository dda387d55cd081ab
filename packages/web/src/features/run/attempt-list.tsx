import type { ModelStep, ToolStep } from "@flotilla/core";
import { Duration } from "../../components/duration.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import styles from "./row-detail.module.css";

/** The tries of a step, when there was more than one or one went wrong. */
export function AttemptList({ step }: { step: ModelStep | ToolStep }) {
  const last = step.attempts.at(-1);
  if (step.attempts.length < 2 && !(step.kind === "model" && last?.error)) return null;
  return (
    <div className={styles["part"]}>
      <h3 className={styles["label"]}>Attempts</h3>
      {step.attempts.map((attempt) => (
        <div key={`${attempt.attempt}-${attempt.startedAt}`} className={styles["part"]}>
          <span>
            Attempt {attempt.attempt}
            <span className="dimmed">
              {" · "}
              <Duration start={attempt.startedAt} end={attempt.endedAt} />
              {attempt !== last && !attempt.error && " · lost with its worker"}
            </span>
          </span>
          {attempt.error && <ErrorPanel error={attempt.error} />}
        </div>
      ))}
    </div>
  );
}
