import { diffPlans, editedPlan, FlotillaError, type Plan, type PlanStep } from "@flotilla/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { notifyError } from "../../components/notify-error.tsx";
import { client } from "../../data/client.ts";
import {
  withDependency,
  withProgress,
  withStepAdded,
  withStepChanged,
  withStepMoved,
  withStepRemoved,
  withStepRenamed,
  type StepChanges,
} from "./plan-draft.ts";
import { byStep, problemsOf } from "./plan-problems.ts";

export type PlanDraft = ReturnType<typeof usePlanDraft>;

/** Changes of a plan that are not saved yet. */
export function usePlanDraft(runId: string, plan: Plan) {
  const [draft, setDraft] = useState<{ base: Plan; steps: PlanStep[] } | null>(null);
  const [reason, setReason] = useState("");
  const steps = useMemo(() => draft && withProgress(draft.steps, plan.steps), [draft, plan]);
  const edits = useMemo(() => (steps ? diffPlans(plan, { steps }) : []), [plan, steps]);
  const save = useMutation({
    mutationFn: () =>
      client.plans.edit(runId, {
        version: draft?.base.version ?? plan.version,
        edits,
        ...(reason.trim() && { reason: reason.trim() }),
      }),
    onSuccess: ({ taken }) => {
      drop();
      if (taken) return;
      notifications.show({ message: "The run is at work, and takes it in at its next step." });
    },
  });
  const problems = useMemo(() => steps && problemsOf(steps), [steps]);
  function drop() {
    setDraft(null);
    setReason("");
    save.reset();
  }
  /** Makes the changes to the version that is there now. */
  function rebase() {
    if (!draft) return;
    try {
      const made = editedPlan(plan, diffPlans(draft.base, { steps: draft.steps }));
      setDraft({ base: plan, steps: made.steps });
    } catch (error) {
      notifyError(error);
    }
  }
  return {
    /** null while nobody edits. */
    steps,
    baseVersion: draft?.base.version ?? plan.version,
    editCount: edits.length,
    problems: withRefusal(problems, save.error, steps),
    reason,
    setReason,
    begin: () => setDraft({ base: plan, steps: plan.steps }),
    drop,
    rebase,
    save,
    actions: steps && actionsOn(steps, (next) => setDraft((old) => old && { ...old, steps: next })),
  };
}

function actionsOn(steps: PlanStep[], set: (steps: PlanStep[]) => void) {
  return {
    /** Returns the name of the new step. */
    add(after?: string): string {
      const next = withStepAdded(steps, after);
      set(next);
      return next.find(({ id }) => !steps.some((step) => step.id === id))?.id ?? "";
    },
    remove: (id: string) => set(withStepRemoved(steps, id)),
    move: (id: string, by: number) => set(withStepMoved(steps, id, by)),
    change: (id: string, changes: StepChanges) => set(withStepChanged(steps, id, changes)),
    depend: (before: string, id: string, depends: boolean) =>
      set(withDependency(steps, before, id, depends)),
    /** Whether the name was free. */
    rename(id: string, name: string): boolean {
      const next = withStepRenamed(steps, id, name);
      set(next);
      return next.some((step) => step.id === name);
    },
  };
}

/** With what the server found, at the steps that it names. */
function withRefusal(
  problems: ReturnType<typeof problemsOf> | null,
  error: Error | null,
  steps: readonly PlanStep[] | null,
) {
  if (!(error instanceof FlotillaError) || error.code !== "plan_invalid" || !steps) return problems;
  return problems?.size ? problems : byStep(error.message.split("; "), steps);
}
