import { z } from "zod";
import { FlotillaError } from "./error.ts";
import type { Event } from "./event.ts";
import { fold } from "./fold.ts";
import type { ModelStep, Run } from "./run.ts";

/** Where a fork leaves the run it is made from. */
export const forkPlaceSchema = z.union([
  /** `start`: nothing of it is reused. `end`: its last model step is made again, or the one that failed. */
  z.enum(["start", "end"]),
  /** Before that model step, which is made again; everything before it is reused. */
  z.strictObject({ step: z.int().positive() }),
  /** After that event. What was under way there is begun again. */
  z.strictObject({ seq: z.int().positive() }),
]);
export type ForkPlace = z.infer<typeof forkPlaceSchema>;

/** Events that a fork does not take over: they are not of the conversation. */
export const notCopied: ReadonlySet<Event["type"]> = new Set(["step.delta", "feedback.given"]);

/** At the end of what is copied they say nothing: the fork is not where its source was. */
const ofTheSource: ReadonlySet<Event["type"]> = new Set([
  "segment.started",
  "run.waiting",
  "run.completed",
  "run.failed",
  "run.cancelled",
  "run.discarded",
]);

/**
 * The last event that a fork takes over from a journal. Throws `invalid_request` when the run has no
 * such step, or has not begun because its thread has not come to it.
 */
export function lastCopied(events: readonly Event[], place: ForkPlace): number {
  const copied = events.filter(({ type }) => !notCopied.has(type));
  const run = fold(copied);
  const begins = (isPlace: (event: Event) => boolean) => {
    const index = copied.findIndex(isPlace);
    const before = index < 0 ? copied : copied.slice(0, index);
    return before.findLast(({ type }) => !ofTheSource.has(type))?.seq ?? 1;
  };
  if (place === "start") {
    return begins(({ type }) => type !== "run.created" && type !== "run.released");
  }
  if (place !== "end" && "seq" in place) return begins(({ seq }) => seq > place.seq);
  const step = place === "end" ? stepToRepeat(run) : place.step;
  if (step === null) return begins(() => false);
  if (step > run.stepCount + 1) {
    throw new FlotillaError("invalid_request", `The run has no model step ${step}.`, {
      remedy: `It has completed ${run.stepCount} of them: fork it at one of those, or at the next.`,
    });
  }
  return begins(
    (event) =>
      (event.type === "step.started" || event.type === "step.written") && event.step === step,
  );
}

/** The last model step; null: its answer stands, and its calls are what comes next. */
function stepToRepeat(run: Run): number | null {
  const last = run.steps.findLast((one): one is ModelStep => one.kind === "model");
  if (!last) return null;
  return last.status === "completed" && last.finish === "tool_calls" ? null : last.step;
}
