import type { Feedback, FeedbackTarget, Json, ModelStep, Run, ToolStep } from "@flotilla/core";

/** What is said of a target. */
export interface Judgement {
  rating?: number;
  correction?: Json;
  comment?: string;
}

/** What was said of that target, in order. */
export function feedbackOn(
  { feedback }: Pick<Run, "feedback">,
  target: FeedbackTarget,
): Feedback[] {
  const wanted = keyOf(target);
  return feedback.filter((one) => keyOf(one.target) === wanted);
}

function keyOf(target: FeedbackTarget): string {
  if (target.kind === "run") return "run";
  return target.kind === "step" ? `step ${target.step}` : `call ${target.callId}`;
}

/** A rating in a word. */
export function ratingWord(rating: number): string {
  if (rating > 0) return rating === 1 ? "good" : `good (${rating})`;
  if (rating < 0) return rating === -1 ? "not good" : `not good (${rating})`;
  return "neither good nor bad";
}

/** A step of a run as something that is judged. */
export function targetOf(step: ModelStep | ToolStep): FeedbackTarget {
  return step.kind === "tool"
    ? { kind: "call", callId: step.callId }
    : { kind: "step", step: step.step };
}
