import type { Json, PlanStep } from "@flotilla/core";
import { Link } from "@tanstack/react-router";
import { formatCost } from "../../components/cost.tsx";
import { Duration } from "../../components/duration.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { JsonView } from "../../components/json-view.tsx";
import { KeyValue } from "../../components/key-value.tsx";
import { Markdown } from "../../components/markdown.tsx";
import { checkWords, PlanStepIcon, doerOf } from "./plan-words.tsx";
import styles from "./plan-step-detail.module.css";

interface PlanStepDetailProps {
  runId: string;
  step: PlanStep;
  /** The step of the run that works on it; undefined before it has begun. */
  runStep?: string | undefined;
}

/** Everything known of one step of a plan. */
export function PlanStepDetail({ runId, step, runStep }: PlanStepDetailProps) {
  const { uses, inputs, dependsOn, budgetMicros, check, attempts, startedAt, endedAt } = step;
  return (
    <section className={styles["detail"]} aria-label="Step of the plan" tabIndex={0}>
      <header className={styles["head"]}>
        <PlanStepIcon status={step.status} />
        <h2 className={styles["title"]}>{step.id}</h2>
        <span className="dimmed">{step.status}</span>
      </header>
      <p className={styles["intent"]}>{step.intent}</p>
      <KeyValue
        pairs={[
          ["Done by", doerOf(uses)],
          ["After", dependsOn.join(", ")],
          ["May cost", budgetMicros === undefined ? null : formatCost(budgetMicros)],
          ["Good when", check ? `it ${checkWords(check)}`.replace("it a model", "a model") : null],
          ["Tries", attempts > 0 ? attempts : null],
          ["Duration", startedAt && <Duration key="took" start={startedAt} end={endedAt} />],
          [
            "In the run",
            runStep && (
              <Link
                key="step"
                to="/runs/$runId"
                params={{ runId }}
                search={{ step: runStep, view: undefined }}
              >
                its newest step
              </Link>
            ),
          ],
        ]}
      />
      {uses.kind === "tool" && <Part name="Arguments" value={uses.input} />}
      {Object.keys(inputs).length > 0 && <Part name="Inputs" value={inputs} />}
      {step.status === "done" && <Result value={step.result} />}
      {step.error && <ErrorPanel error={step.error} />}
    </section>
  );
}

function Result({ value }: { value: Json }) {
  if (typeof value !== "string") return <Part name="Result" value={value} />;
  return (
    <div>
      <h3 className={styles["label"]}>Result</h3>
      <Markdown text={value} />
    </div>
  );
}

function Part({ name, value }: { name: string; value: Json }) {
  return (
    <div>
      <h3 className={styles["label"]}>{name}</h3>
      <JsonView value={value} />
    </div>
  );
}
