import { pendingStep, type IntendedStep, type PlanStep } from "@flotilla/core";

/** What is typed into the form of a step. */
export type StepChanges = Partial<Omit<IntendedStep, "id">>;

/** Whether a person may still change a step: what has begun stays as it is. */
export function isOpenStep({ status }: Pick<PlanStep, "status">): boolean {
  return status !== "done" && status !== "running";
}

/** The steps with one more, after the named one (and depending on it) or at the end. */
export function withStepAdded(steps: readonly PlanStep[], after?: string): PlanStep[] {
  const at = after === undefined ? steps.length : steps.findIndex(({ id }) => id === after) + 1;
  const added = pendingStep({
    id: freeId(steps),
    intent: "",
    uses: { kind: "self" },
    inputs: {},
    dependsOn: after === undefined ? [] : [after],
  });
  return steps.toSpliced(at, 0, added);
}

/** Without the step; what depended on it depends on what it depended on. */
export function withStepRemoved(steps: readonly PlanStep[], id: string): PlanStep[] {
  const gone = steps.find((step) => step.id === id);
  if (!gone || !isOpenStep(gone)) return [...steps];
  const instead = (before: string) => (before === id ? gone.dependsOn : [before]);
  return steps
    .filter((step) => step.id !== id)
    .map((step) => {
      if (!step.dependsOn.includes(id)) return step;
      return Object.assign({}, step, { dependsOn: [...new Set(step.dependsOn.flatMap(instead))] });
    });
}

/** With the step so many places further down; a negative number moves it up. */
export function withStepMoved(steps: readonly PlanStep[], id: string, by: number): PlanStep[] {
  const from = steps.findIndex((step) => step.id === id);
  const step = steps[from];
  const to = from + by;
  if (!step || to < 0 || to >= steps.length) return [...steps];
  return steps.toSpliced(from, 1).toSpliced(to, 0, step);
}

/** With other fields; undefined takes a field that may be left out away. A failed step is open again. */
export function withStepChanged(
  steps: readonly PlanStep[],
  id: string,
  changes: StepChanges,
): PlanStep[] {
  return steps.map((step) =>
    step.id === id && isOpenStep(step)
      ? defined({ ...step, ...changes, status: "pending", error: null })
      : step,
  );
}

/** With the second step waiting for the first one, or no longer. */
export function withDependency(
  steps: readonly PlanStep[],
  before: string,
  id: string,
  depends: boolean,
): PlanStep[] {
  const step = steps.find((one) => one.id === id);
  if (!step || before === id || step.dependsOn.includes(before) === depends) return [...steps];
  const dependsOn = depends
    ? [...step.dependsOn, before]
    : step.dependsOn.filter((one) => one !== before);
  return withStepChanged(steps, id, { dependsOn });
}

/** The step itself may have another name as long as nobody has seen it: it is not in the plan yet. */
export function withStepRenamed(steps: readonly PlanStep[], id: string, name: string): PlanStep[] {
  if (steps.some((step) => step.id === name)) return [...steps];
  return steps.map((step) => ({
    ...step,
    id: step.id === id ? name : step.id,
    dependsOn: step.dependsOn.map((before) => (before === id ? name : before)),
  }));
}

/** The draft with what has become of its steps meanwhile: those that were begun are as they are. */
export function withProgress(draft: readonly PlanStep[], now: readonly PlanStep[]): PlanStep[] {
  const present = new Map(now.map((step) => [step.id, step]));
  return draft.map((step) => {
    const here = present.get(step.id);
    return here && !isOpenStep(here) ? { ...here } : step;
  });
}

function defined(step: PlanStep): PlanStep {
  return Object.fromEntries(
    Object.entries(step).filter(([, value]) => value !== undefined),
  ) as unknown as PlanStep;
}

function freeId(steps: readonly PlanStep[]): string {
  const ids = new Set(steps.map(({ id }) => id));
  let number = 1;
  while (ids.has(`new-${number}`)) number++;
  return `new-${number}`;
}
