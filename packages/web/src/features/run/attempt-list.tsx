import type { ModelStep, ToolStep } from "@flotilla/core";
import { Cost } from "../../components/cost.tsx";
import { Duration } from "../../components/duration.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { waitedText } from "./call-wait.tsx";
import { RouteChoiceText } from "./route-choice-text.tsx";
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
              {attempt.model !== undefined && ` · ${attempt.model}`}
              {" · "}
              <Duration start={attempt.startedAt} end={attempt.endedAt} />
              {attempt !== last && !attempt.error && " · lost with its worker"}
            </span>
          </span>
          {attempt.waited && <span className="dimmed">Waited {waitedText(attempt.waited)}.</span>}
          {attempt !== last && attempt.choice && (
            <span className="dimmed">
              <RouteChoiceText choice={attempt.choice} />
            </span>
          )}
          {attempt.costMicros !== undefined && (
            <span className="dimmed">
              Cost <Cost micros={attempt.costMicros} />, although it broke off.
            </span>
          )}
          {attempt.error?.code === "cancelled" ? (
            <span className="dimmed">{attempt.error.message}</span>
          ) : (
            attempt.error && <ErrorPanel error={attempt.error} />
          )}
        </div>
      ))}
    </div>
  );
}
