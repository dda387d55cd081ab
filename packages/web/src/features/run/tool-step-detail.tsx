import type { Run, ToolStep } from "@flotilla/core";
import { Link } from "@tanstack/react-router";
import { CopyId } from "../../components/copy-id.tsx";
import { formatBytes } from "../../components/count.tsx";
import { Duration } from "../../components/duration.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { JsonView } from "../../components/json-view.tsx";
import { KeyValue } from "../../components/key-value.tsx";
import { LabelList } from "../../components/label-list.tsx";
import { LineDiff } from "../../components/line-diff.tsx";
import { ArtifactImages } from "../artifact/artifact-images.tsx";
import { AttemptList } from "./attempt-list.tsx";
import { ChildDetail } from "./child-detail.tsx";
import { StepStatus } from "./step-status.tsx";
import styles from "./row-detail.module.css";

export function ToolStepDetail({ step, run }: { step: ToolStep; run: Run }) {
  const child = run.children.find(({ callId }) => callId === step.callId);
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
      {step.proposed && (
        <div className={styles["part"]}>
          <h3 className={styles["label"]}>What a person changed before it was made</h3>
          <LineDiff
            label="Changes of the arguments"
            before={JSON.stringify(step.proposed.input, null, 2)}
            after={JSON.stringify(step.input, null, 2)}
          />
        </div>
      )}
      <Images step={step} />
      {step.status === "done" && (
        <div className={styles["part"]}>
          <h3 className={styles["label"]}>Result</h3>
          <JsonView value={step.output} />
          {step.artifact && (
            <Link to="/artifacts/$artifactId" params={{ artifactId: step.artifact.id }}>
              Open the whole result, {formatBytes(step.artifact.bytes)}
            </Link>
          )}
        </div>
      )}
      {step.status === "failed" && step.error && <ErrorPanel error={step.error} />}
      {child && <ChildDetail child={child} />}
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
          ["Labels", step.labels?.length ? <LabelList key="labels" labels={step.labels} /> : null],
          ["Asked by", `model call ${step.step}`],
          ["Idempotency key", <CopyId key="key" id={step.idempotencyKey} />],
        ]}
      />
      <AttemptList step={step} />
    </>
  );
}

/** What image models have made for the call. */
function Images({ step }: { step: ToolStep }) {
  const images = step.images ?? [];
  const made = images.flatMap((one) => one.images);
  if (made.length === 0) return null;
  const models = [...new Set(images.map(({ model }) => model))].join(", ");
  return (
    <div className={styles["part"]}>
      <h3 className={styles["label"]}>Made by {models}</h3>
      <ArtifactImages images={made} />
    </div>
  );
}
