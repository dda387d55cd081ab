import type { Event, EventOf } from "./event.ts";
import type { Run, ToolStep } from "./run.ts";

/**
 * A call that was under way when its worker ended may have ended it. It is a suspect: from then on it is made
 * in a process of its own, which harms nobody else when it ends, and whose end proves who is to blame. Only such
 * proofs count, so that a call which was merely under way beside the culprit, or whose workers were killed from
 * outside, is never blamed, however often that happens.
 */
export function isSuspect({ attempts }: ToolStep): boolean {
  return attempts.some((one) => one.lost === true || one.error?.code === "worker_killed");
}

/** Ends of its process that a call has to answer for: those since its run was last taken up again. */
export function provenKills({ attempts, forgiven = 0 }: ToolStep): number {
  return attempts.slice(forgiven).filter(({ error }) => error?.code === "worker_killed").length;
}

/** The run with the calls noted that were under way on a worker which is gone. */
export function withLostCalls(run: Run, event: Event & EventOf<"segment.started">): Run {
  const isGone = event.cause === "takeover" && run.worker !== null && run.worker !== event.worker;
  if (!isGone || !run.steps.some((step) => isOpen(step))) return run;
  return { ...run, steps: run.steps.map((step) => (isOpen(step) ? lost(step) : step)) };
}

function isOpen(step: Run["steps"][number]): step is ToolStep {
  return step.kind === "tool" && step.status === "intended";
}

function lost(step: ToolStep): ToolStep {
  const last = step.attempts.length - 1;
  return {
    ...step,
    attempts: step.attempts.map((one, index) => (index === last ? { ...one, lost: true } : one)),
  };
}

/** The run as it is taken up again: what its calls did before counts against them no more. */
export function withForgivenCalls(run: Run): Run {
  return {
    ...run,
    steps: run.steps.map((step) =>
      step.kind === "tool" && step.status !== "done" && step.attempts.length > 0
        ? { ...step, forgiven: step.attempts.length }
        : step,
    ),
  };
}
