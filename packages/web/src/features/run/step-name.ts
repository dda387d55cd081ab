import type { ModelStep } from "@flotilla/core";

/** A model call by what it is for; one that a person wrote, by that. */
export function modelStepName({ step, purpose, by }: ModelStep): string {
  if (by !== undefined) return `Written by ${by}`;
  switch (purpose?.kind) {
    case "plan":
      return "Planning";
    case "plan_step":
      return purpose.attempt > 1
        ? `Plan step ${purpose.id}, try ${purpose.attempt}`
        : `Plan step ${purpose.id}`;
    case "try":
      return `Try ${purpose.number}, model call ${step}`;
    case "critique":
      return `Critique of model call ${purpose.step}`;
    case "answer":
      return "Final answer";
    case undefined:
      return `Model call ${step}`;
  }
}
