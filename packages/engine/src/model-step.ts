import {
  cacheLifetime,
  costMicros,
  toFlotillaError,
  type Admission,
  type EventData,
  type ModelRequest,
  type Target,
  type TargetRequest,
  type Waited,
} from "@flotilla/core";
import { admitCall } from "./admit-call.ts";
import { cachedStep } from "./cached-step.ts";
import { callModel, withinWallTime } from "./call-model.ts";
import { DeltaWriter } from "./delta-writer.ts";
import { economyStep, isEconomical } from "./economy-step.ts";
import { failStep, type ModelStepEnd } from "./fail-step.ts";
import { answerKey, modelRequest } from "./model-request.ts";
import type { CallModel } from "./next-action.ts";
import { stopReason, type Segment } from "./segment.ts";
import { reportAnswer, reportFailure, targetRequest } from "./target-request.ts";

/**
 * One attempt of a model step: chooses a target, waits for its turn, calls. What the model answered
 * is staged, not committed: it goes into the journal together with what follows from it.
 */
export async function modelStep(segment: Segment, action: CallModel): Promise<ModelStepEnd> {
  const { journal, parts } = segment;
  const deltasAfter = journal.run.seq;
  const wanted = modelRequest(segment, action.step);
  const asked = targetRequest(segment, action.step, wanted);
  let target: Target;
  try {
    target = await parts.router.choose(asked);
  } catch (error) {
    // No target, no attempt; but the step has to exist to fail.
    await journal.commit(started(action, { model: segment.spec.model }));
    return failStep(segment, action, asked, { error: toFlotillaError(error) });
  }
  const request: ModelRequest = { ...wanted, model: target.model };
  if (isEconomical(segment, target)) {
    return economyStep(segment, action, target, asked, request);
  }
  if (action.restart) journal.dropDeltas(0);
  const opening = started(action, target);
  const call = (waited: Waited) => tryTarget(segment, action, asked, request, deltasAfter, waited);
  const ttlSeconds = cacheLifetime(segment.spec);
  if (ttlSeconds !== null) {
    return cachedStep(segment, { action, asked, request, opening, ttlSeconds }, call);
  }
  await journal.commit(opening);
  return stopReason(segment) ? "stopped" : call({});
}

function started({ step, attempt, restart }: CallModel, target: Target): EventData {
  // A running attempt left no one to tell how far it came: its partial text goes.
  return restart
    ? { type: "step.restarted", step, attempt, ...target, reason: "the worker stopped" }
    : { type: "step.started", step, attempt, ...target };
}

async function tryTarget(
  segment: Segment,
  action: CallModel,
  asked: TargetRequest,
  request: ModelRequest,
  deltasAfter: number,
  waitedBefore: Waited,
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
      const admitted = await admitCall(segment, action, request, signal);
      admission = admitted;
      return callModel(segment, request, deltas, (heard) => admitted.heard(heard), signal);
    });
    endDeltas();
    const { message, usage, usageEstimated, finish, servedModel, firstTokenMs } = completed;
    const cost = costMicros(usage, parts.models.price(request.model));
    const ms = parts.clock.now() - begun;
    admission?.settle({ usage, costMicros: cost });
    parts.guess.learn(answerKey(segment, request.model), usage.outputTokens);
    reportAnswer(segment, request.model, completed, ms, admission?.waited);
    journal.stage({
      type: "step.completed",
      step,
      attempt,
      message,
      usage,
      ...(usageEstimated && { usageEstimated }),
      finish,
      costMicros: cost,
      ...waitedOf(waitedBefore, admission),
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
    reportFailure(segment, request.model, error);
    return await failStep(segment, action, asked, { error, ...waitedOf(waitedBefore, admission) });
  }
}

function waitedOf(before: Waited, admission: Admission | undefined) {
  const waited = { ...before, ...admission?.waited };
  return Object.keys(waited).length > 0 ? { waited } : {};
}
