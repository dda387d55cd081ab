import { FlotillaError, provenKills, type ToolStep } from "@flotilla/core";

/** A call is made so often in a process of its own; it has ended a worker before that. */
const mostKills = 2;

/**
 * Whether the call has ended its processes as often as it may.
 *
 * @param more times that are not in its journal yet
 */
export function isToBlame(call: ToolStep, more = 0): boolean {
  return provenKills(call) + more >= mostKills;
}

/** What the run of such a call fails with. */
export function blame(call: ToolStep): FlotillaError {
  const { tool, callId, attempts } = call;
  const times = provenKills(call);
  const last = attempts.findLast(({ error }) => error?.code === "worker_killed")?.error;
  const how = last?.details?.["how"];
  const why = typeof how === "string" ? how : "it ended";
  return new FlotillaError(
    "worker_killed",
    `The call ${callId} of ${tool} ended its worker, and then ${times} processes of its own: ${why}.`,
    { details: { tool, callId, how: why, times } },
  );
}
