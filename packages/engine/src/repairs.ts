import { isFor, type ModelStep, type Run } from "@flotilla/core";

/** How often the model was shown its mistakes since it was asked for what this step answers. */
export function repairsOf(run: Run, { purpose }: ModelStep): number {
  let repairs = 0;
  for (const one of run.steps.toReversed()) {
    if (one.kind === "escalation" || one.kind === "lesson") break;
    if (one.kind === "model" && !isFor(one, purpose)) break;
    if (one.kind === "rejection") repairs++;
  }
  return repairs;
}
