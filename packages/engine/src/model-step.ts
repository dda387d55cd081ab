import {
  costMicros,
  FlotillaError,
  toFlotillaError,
  type Admission,
  type EventData,
  type ModelRequest,
  type Target,
  type TargetRequest,
} from "@flotilla/core";
import { callModel, withinWallTime } from "./call-model.ts";
import { DeltaWriter } from "./delta-writer.ts";
import { failStep, type ModelStepEnd } from "./fail-step.ts";
import { answerKey, estimateCall, modelRequest } from "./model-request.ts";
import type { CallModel } from "./next-action.ts";
import { stopReason, type Segment } from "./segment.ts";

/**
 * One attempt of a model step: chooses a target, waits for its turn, calls. What the model answered
 * is staged, not committed: it goes into the journal together with what follows from it.
 */
export async function modelStep(segment: Segment, action: CallModel): Promise<ModelStepEnd> {
  const { journal, parts } = segment;
  const deltasAfter = journal.run.seq;
  const wanted = modelRequest(segment, action.step);
  const asked = targetRequest(segment, wanted);
  let target: Target;
  try {
    target = await parts.router.choose(asked);
  } catch (error) {
    // No target, no attempt; but the step has to exist to fail.
    await journal.commit(started(action, { model: segment.spec.model }));
    return failStep(segment, action, asked, { error: toFlotillaError(error) });
  }
  const request: ModelRequest = { ...wanted, model: target.model };
  if (action.restart) journal.dropDeltas(0);
  await journal.commit(started(action, target));
  if (stopReason(segment)) return "stopped";
  return tryTarget(segment, action, asked, request, deltasAfter);
}

function started({ step, attempt, restart }: CallModel, target: Target): EventData {
  // A running attempt left no one to tell how far it came: its partial text goes.
  return restart
    ? { type: "step.restarted", step, attempt, ...target, reason: "the worker stopped" }
    : { type: "step.started", step, attempt, ...target };
}

/** What a router is asked, from the state of the run. */
function targetRequest(segment: Segment, request: Omit<ModelRequest, "model">): TargetRequest {
  const { spec, journal, parts } = segment;
  const { run } = journal;
  const open = run.steps.findLast((one) => one.kind === "model");
  const attempts = open && open.status !== "completed" ? open.attempts : [];
  return {
    name: spec.model,
    inputTokens: parts.models.countTokens({ ...request, model: spec.model }),
    needsTools: request.tools.length > 0,
    needsJson: request.output !== undefined,
    agentName: run.agentName,
    text: run.input.text,
    runId: run.runId,
    failed: attempts.flatMap(({ model, error }) =>
      model !== undefined && error ? [{ model, code: error.code }] : [],
    ),
  };
}

async function tryTarget(
  segment: Segment,
  action: CallModel,
  asked: TargetRequest,
  request: ModelRequest,
  deltasAfter: number,
): Promise<ModelStepEnd> {
  const { journal, parts } = segment;
  const { step, attempt } = action;
  const begun = parts.clock.now();
  const deltas = new DeltaWriter({ step, attempt }, segment.watched, (event) =>
    journal.commit(event),
  );
  const endDeltas = () => {
    deltas.end();
    if (deltas.written) journal.dropDeltas(deltasAfter);
  };
  let admission: Admission | undefined;
  try {
    const completed = await withinWallTime(segment, async (signal) => {
      const admitted = await admit(segment, action, request, signal);
      admission = admitted;
      return callModel(segment, request, deltas, (heard) => admitted.heard(heard), signal);
    });
    endDeltas();
    const { message, usage, usageEstimated, finish, servedModel, firstTokenMs } = completed;
    const cost = costMicros(usage, parts.models.price(request.model));
    const ms = parts.clock.now() - begun;
    admission?.settle({ usage, costMicros: cost });
    parts.guess.learn(answerKey(segment, request.model), usage.outputTokens);
    const { outputTokens } = usage;
    parts.router.report(request.model, { kind: "answered", firstTokenMs, ms, outputTokens });
    journal.stage({
      type: "step.completed",
      step,
      attempt,
      message,
      usage,
      ...(usageEstimated && { usageEstimated }),
      finish,
      costMicros: cost,
      ...waitedOf(admission),
      firstTokenMs,
      ms,
      ...(servedModel !== undefined && { servedModel }),
    });
    return "go_on";
  } catch (thrown) {
    endDeltas();
    const error = toFlotillaError(thrown);
    if (error.limits) admission?.heard(error.limits);
    admission?.settle({ usage: null, costMicros: null });
    if (stopReason(segment) || (!admission && segment.pause.signal.aborted)) return "stopped";
    const { code, transient } = error;
    if (admission) parts.router.report(request.model, { kind: "failed", code, transient });
    return await failStep(segment, action, asked, { error, ...waitedOf(admission) });
  }
}

function waitedOf(admission: Admission | undefined) {
  const waited = admission?.waited ?? {};
  return Object.keys(waited).length > 0 ? { waited } : {};
}

/** Waits until the call may be made; a wait is visible as a state of the step. */
async function admit(
  segment: Segment,
  { step, attempt }: CallModel,
  request: ModelRequest,
  signal: AbortSignal,
): Promise<Admission> {
  const { journal, parts, priority, interactive } = segment;
  const { run } = journal;
  const place = { step, attempt };
  let told = false;
  const admission = await parts.capacity.admit({
    ...parts.models.bucket(request.model),
    organisation: run.organisation,
    batchId: run.batchId,
    runId: run.runId,
    priority,
    interactive,
    estimate: estimateCall(segment, request),
    // A worker that drains does not wait for capacity: the run's next segment does.
    signal: AbortSignal.any([signal, segment.pause.signal]),
    onWait(wait) {
      told = true;
      // Nothing acts on it: should the append be refused, the segment ends where it commits next.
      void journal.commit({ type: "step.waiting", ...place, for: wait }).catch(() => undefined);
    },
  });
  if (told) journal.stage({ type: "step.admitted", ...place, waited: admission.waited });
  if (told) void journal.commit().catch(() => undefined);
  if (signal.aborted) {
    admission.settle({ usage: null, costMicros: null });
    throw signal.reason instanceof FlotillaError
      ? signal.reason
      : new FlotillaError("cancelled", "The model call was cancelled.");
  }
  return admission;
}
