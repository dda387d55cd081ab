import {
  escalations,
  type ErrorCode,
  type ErrorRecord,
  type FlotillaError,
  type ModelRequest,
  type TargetRequest,
} from "@flotilla/core";
import type { CallModel } from "./action.ts";
import type { Completed } from "./call-model.ts";
import { hasOwnKey } from "./own-key.ts";
import type { Segment } from "./segment.ts";
import { modelFor } from "./strategies/move.ts";

/** Whether an attempt's error is one of the call; one that was stopped from outside, or not made, is not. */
export function isFailure({ code }: Pick<ErrorRecord, "code">): boolean {
  return code !== "cancelled" && code !== "limit_budget" && code !== "limit_cost";
}

/** What a router is asked, from the state of the run. */
export function targetRequest(
  segment: Segment,
  { step: number, purpose }: Pick<CallModel, "step" | "purpose">,
  request: Omit<ModelRequest, "model">,
): TargetRequest {
  const { spec, journal, parts } = segment;
  const { run } = journal;
  const open = run.steps.findLast((one) => one.kind === "model");
  const attempts = open && open.status !== "completed" ? open.attempts : [];
  const { step, failures } = segment.forgiven;
  const { pinned } = escalations(run);
  const taskClass = run.classified?.taskClass;
  const name = modelFor(spec, purpose);
  return {
    name,
    inputTokens: parts.models.countTokens({ ...request, model: name }),
    needsTools: request.tools.length > 0,
    needsJson: request.output !== undefined,
    needsVision: false,
    agentName: run.active.agentName,
    text: run.input.text,
    runId: run.runId,
    failed: attempts
      .flatMap(({ model, error }) =>
        model !== undefined && error && isFailure(error) ? [{ model, code: error.code }] : [],
      )
      .slice(step === number ? failures : 0),
    ...(pinned !== undefined && { pinned }),
    ...(taskClass && { taskClass }),
  };
}

/** @param ms of the attempt, with what it waited before the call was made */
export function reportAnswer(
  { parts }: Segment,
  model: string,
  { firstTokenMs, usage }: Completed,
  ms: number,
): void {
  parts.router.report(model, {
    kind: "answered",
    firstTokenMs,
    ms,
    outputTokens: usage.outputTokens,
  });
}

/** What a provider says to a key: to an organisation's own key it is nothing to the others. */
const ofTheKey = new Set<ErrorCode>([
  "credentials_missing",
  "model_quota_exhausted",
  "model_rate_limited",
  "tool_forbidden",
]);

export function reportFailure(segment: Segment, model: string, error: FlotillaError): void {
  const { parts } = segment;
  const { code, retryAfterMs } = error;
  if (ofTheKey.has(code) && hasOwnKey(segment, model)) return;
  const after = retryAfterMs === undefined ? {} : { retryAfterMs };
  parts.router.report(model, { kind: "failed", code, ...after });
}
