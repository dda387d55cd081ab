import { isSuspect, type ToolPort, type ToolStep } from "@flotilla/core";
import type { Segment } from "./segment.ts";

interface Place {
  callId: string;
}

/** The call as it stands, if it may have ended a worker. */
export function suspectOf({ journal }: Segment, { callId }: Place): ToolStep | undefined {
  const step = journal.run.steps.findLast((one) => one.kind === "tool" && one.callId === callId);
  return step?.kind === "tool" && isSuspect(step) ? step : undefined;
}

/** How a call is made: in this process, or, if it may end that, in one of its own. */
export function wayOf(segment: Segment, call: Place): Pick<ToolPort, "call" | "reconcile"> {
  const { tools } = segment.parts;
  const suspect = suspectOf(segment, call);
  if (!suspect) return tools;
  // One that has ended such a process gets one in which nothing was done before: its end is its own.
  const isFresh = suspect.attempts.some(({ error }) => error?.code === "worker_killed");
  return {
    call: (name, input, context) => tools.apart.call(name, input, context, isFresh),
    reconcile: (name, input, context) => tools.apart.reconcile(name, input, context, isFresh),
  };
}
