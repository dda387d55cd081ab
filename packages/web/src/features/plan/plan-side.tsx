import type { Plan, PlanStep, Run } from "@flotilla/core";
import { Text } from "@mantine/core";
import { isOpenStep } from "./plan-draft.ts";
import { PlanStepDetail } from "./plan-step-detail.tsx";
import { PlanStepForm } from "./plan-step-form.tsx";
import type { PlanDraft } from "./use-plan-draft.ts";
import styles from "./plan-step-detail.module.css";

interface PlanSideProps {
  run: Run;
  plan: Plan;
  steps: readonly PlanStep[];
  /** The chosen step. */
  id: string | undefined;
  edit: PlanDraft;
  onSelect: (id: string | undefined) => void;
}

/** Beside the plan: the chosen step, to look at or to edit. */
export function PlanSide({ run, plan, steps, id, edit, onSelect }: PlanSideProps) {
  const step = steps.find((one) => one.id === id);
  const { actions } = edit;
  if (!step) {
    return (
      <div className={styles["detail"]}>
        <Text size="sm" c="dimmed">
          {actions
            ? "Choose a step to change it. Draw an edge from one step to another to make the second one wait for the first; choose an edge and press Delete to take it away. The list does the same by keyboard."
            : "Choose a step to see who does it, when its result is good, and what came of it."}
        </Text>
      </div>
    );
  }
  const isInDraft = edit.steps?.some((one) => one.id === id) === true;
  if (!actions || !isInDraft || !isOpenStep(step)) {
    return (
      <PlanStepDetail
        key={step.id}
        runId={run.runId}
        step={step}
        runStep={runStepOf(run, step.id)}
      />
    );
  }
  const isNew = !plan.steps.some((one) => one.id === step.id);
  return (
    <PlanStepForm
      key={isNew ? "new" : step.id}
      step={step}
      steps={edit.steps ?? []}
      problems={edit.problems?.get(step.id) ?? []}
      isNew={isNew}
      onChange={(changes) => actions.change(step.id, changes)}
      onRename={(name) => {
        if (actions.rename(step.id, name)) onSelect(name);
      }}
      onClose={() => onSelect(undefined)}
    />
  );
}

/** Key of the newest model call that was made for a step of the plan. */
function runStepOf(run: Run, id: string): string | undefined {
  const found = run.steps.findLast(
    (step) => step.kind === "model" && step.purpose?.kind === "plan_step" && step.purpose.id === id,
  );
  return found && `m${found.step}`;
}
