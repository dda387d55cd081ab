import type { ForkPlace, Run, RunStep, ToolStep } from "@flotilla/core";

/** Where a fork leaves the run that is shown at a step: the step itself is made again. */
export function placeOf(step: RunStep): ForkPlace {
  // A call's result can be given otherwise: what is made again is the model's next turn.
  return { step: step.kind === "tool" ? step.step + 1 : step.step };
}

/** Where a fork begins, in a sentence. */
export function placeWords(at: ForkPlace): string {
  if (at === "start") return "It begins anew, with the same input or another.";
  if (at === "end") return "It makes the last model call again, or the one that failed.";
  if ("seq" in at) return `It goes on after event ${at.seq}.`;
  return `It goes on before model call ${at.step}, which is made again.`;
}

/** The calls before the place, whose results may be given otherwise. */
export function reusedCalls(run: Run, at: ForkPlace): ToolStep[] {
  if (at === "start") return [];
  const calls = run.steps.filter((step) => step.kind === "tool");
  if (at === "end" || "seq" in at) return calls;
  return calls.filter(({ step }) => step < at.step);
}
