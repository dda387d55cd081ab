import {
  errorTitle,
  FlotillaError,
  recoverySchema,
  type AgentSpec,
  type ErrorRecord,
  type Run,
  type ToolCallPart,
} from "@flotilla/core";

const standard = recoverySchema.parse({});
/** What a person or the platform decided is no fault of the tool. */
const decisions: ReadonlySet<string> = new Set([
  "tool_rejected",
  "effect_unknown",
  "effect_blocked",
  "cancelled",
]);

interface Failure {
  tool: string;
  callId: string;
  error: ErrorRecord;
}

/** How many calls have failed for good just so since the run was last taken up again; this one included. */
function sameFailures(run: Run, { tool, callId, error }: Failure): number {
  const title = errorTitle(error.message);
  const others = run.steps.filter(
    (step) =>
      step.kind === "tool" &&
      step.tool === tool &&
      step.callId !== callId &&
      step.status === "failed" &&
      step.attempts.length > (step.forgiven ?? 0) &&
      step.error?.code === error.code &&
      errorTitle(step.error.message) === title,
  );
  return others.length + 1;
}

function mostTries(spec: AgentSpec): number {
  return (spec.recovery ?? standard).toolTries;
}

/** Whether a person is to say what becomes of a call that has failed for good, in the place of the model. */
export function asksAbout(run: Run, spec: AgentSpec, failure: Failure): boolean {
  if (spec.recovery?.onToolFailure !== "ask" || decisions.has(failure.error.code)) return false;
  return sameFailures(run, failure) >= mostTries(spec);
}

/** The end of a run whose model was told of the same failure of a tool as often as it may be. */
export function gaveUp(
  run: Run,
  spec: AgentSpec,
  calls: readonly ToolCallPart[],
): { kind: "fail"; error: ErrorRecord } | undefined {
  const these = new Set(calls.map(({ callId }) => callId));
  for (const step of run.steps) {
    if (step.kind !== "tool" || step.status !== "failed" || !these.has(step.callId)) continue;
    const { tool, callId, error } = step;
    const isForgiven = step.attempts.length <= (step.forgiven ?? 0);
    if (!error || isForgiven || decisions.has(error.code)) continue;
    const times = sameFailures(run, { tool, callId, error });
    if (times < mostTries(spec)) continue;
    const often = times === 1 ? "failed" : `failed ${times} times with the same error`;
    const message = `${tool} ${often}: ${error.message}`;
    const details = { tool, callId, code: error.code, times };
    return {
      kind: "fail",
      error: new FlotillaError("tool_gave_up", message, { details }).toRecord(),
    };
  }
  return undefined;
}
