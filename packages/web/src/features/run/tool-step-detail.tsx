import type { ToolStep } from "@flotilla/core";
import { CopyId } from "../../components/copy-id.tsx";
import { Duration } from "../../components/duration.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { JsonView } from "../../components/json-view.tsx";
import { KeyValue } from "../../components/key-value.tsx";
import { AttemptList } from "./attempt-list.tsx";
import { StepStatus } from "./step-status.tsx";
import styles from "./row-detail.module.css";

export function ToolStepDetail({ step }: { step: ToolStep }) {
  return (
    <>
      <header className={styles["head"]}>
        <h2 className={styles["title"]}>{step.tool}</h2>
        <StepStatus status={step.status} />
        <span className="mono dimmed">{step.callId}</span>
      </header>
      <div className={styles["part"]}>
        <h3 className={styles["label"]}>Arguments</h3>
        <JsonView value={step.input} />
      </div>
      {step.status === "done" && (
        <div className={styles["part"]}>
          <h3 className={styles["label"]}>Result</h3>
          <JsonView value={step.output} />
        </div>
      )}
      {step.status === "failed" && step.error && <ErrorPanel error={step.error} />}
      <KeyValue
        pairs={[
          [
            "Duration",
            step.status === "unknown" ? (
              "unknown"
            ) : (
              <Duration key="duration" start={step.startedAt} end={step.endedAt} />
            ),
          ],
          ["Asked by", `model call ${step.step}`],
          ["Idempotency key", <CopyId key="key" id={step.idempotencyKey} />],
        ]}
      />
      <AttemptList step={step} />
    </>
  );
}
