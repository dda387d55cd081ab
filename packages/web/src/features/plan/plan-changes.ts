import { diffPlans, type PlanEdit, type PlanStep } from "@flotilla/core";

/** What became of a step from one version to the next. */
export type StepChange = "added" | "removed" | "changed" | "moved";

const changeOf: Record<PlanEdit["edit"], StepChange> = {
  add: "added",
  remove: "removed",
  change: "changed",
  move: "moved",
};

/** Nothing is compared. */
export const noChanges: ReadonlyMap<string, StepChange> = new Map();

/** The changes between two versions, by step. A step that was changed and moved was changed. */
export function changesBetween(
  before: { steps: PlanStep[] },
  after: { steps: PlanStep[] },
): ReadonlyMap<string, StepChange> {
  const changes = new Map<string, StepChange>();
  for (const edit of diffPlans(before, after)) {
    const id = edit.edit === "add" ? edit.step.id : edit.id;
    if (changes.get(id) !== "changed") changes.set(id, changeOf[edit.edit]);
  }
  return changes;
}

/** The steps with those that only the version before had, each after the one it followed. */
export function withRemoved(steps: readonly PlanStep[], before: readonly PlanStep[]): PlanStep[] {
  const all = [...steps];
  for (const [index, step] of before.entries()) {
    if (all.some(({ id }) => id === step.id)) continue;
    const previous = before[index - 1]?.id;
    const at = all.findIndex(({ id }) => id === previous) + 1;
    all.splice(at, 0, step);
  }
  return all;
}
