import {
  cacheLifetime,
  costOf,
  toFlotillaError,
  type Admission,
  type EventData,
  type ModelRequest,
  type Target,
  type TargetRequest,
  type Waited,
} from "@flotilla/core";
import { admitCall } from "./admit-call.ts";
import { failureCost, lostCost } from "./attempt-cost.ts";
import { cachedStep } from "./cached-step.ts";
import { callModel, withinWallTime } from "./call-model.ts";
import { DeltaWriter } from "./delta-writer.ts";
import { economyStep, isEconomical } from "./economy-step.ts";
import { abandonStep, failStep, type ModelStepEnd } from "./fail-step.ts";
import { fitContext } from "./fit-context.ts";
import type { Fitting } from "./fitting.ts";
import { answerKey, modelRequest } from "./model-request.ts";
import type { CallModel } from "./action.ts";
import { stopReason, type Segment } from "./segment.ts";
import { stepStarted } from "./step-started.ts";
import { reportAnswer, reportFailure, targetRequest } from "./target-request.ts";

/**
 * One attempt of a model step: chooses a target, waits for its turn, calls. What the model answered
 * is staged, not committed: it goes into the journal together with what follows from it.
 */
export async function modelStep(segment: Segment, action: CallModel): Promise<ModelStepEnd> {
  const { journal, parts } = segment;
  const deltasAfter = journal.run.seq;
  const wanted = modelRequest(segment, action);
  const asked = targetRequest(segment, action, wanted);
  let target: Target;
  try {
    target = await parts.router.choose(asked);
  } catch (error) {
    // No target, no attempt; but the step has to exist to fail.
    await journal.commit(started(segment, action, wanted, { model: asked.name }));
    return failStep(segment, action, asked, { error: toFlotillaError(error) });
  }
  const request: ModelRequest = { ...wanted, model: target.model };
  if (isEconomical(segment, target)) {
    return economyStep(segment, action, target, asked, request);
  }
  if (action.restart) journal.dropDeltas(0);
  const opening = started(segment, action, wanted, target);
  const fitting = { segment, action, request, context: target.context };
  const call = (waited: Waited) => tryTarget(fitting, asked, deltasAfter, waited);
  const ttlSeconds = cacheLifetime(segment.spec);
  if (ttlSeconds !== null) {
    return cachedStep(segment, { action, asked, request, opening, ttlSeconds }, call);
  }
  await journal.commit(opening);
  return stopReason(segment) ? abandonStep(segment, action) : call({});
}

function started(
  segment: Segment,
  action: CallModel,
  request: Omit<ModelRequest, "model">,
  target: Target,
): EventData {
  const opening = stepStarted(action, target);
  if (!action.restart) return opening;
  // A running attempt left no one to tell how far it came: its partial text goes.
  const reason = "the worker stopped";
  const lost = lostCost(segment, request);
  return { ...opening, type: "step.restarted", reason, ...lost };
}

async function tryTarget(
  fitting: Omit<Fitting, "signal">,
  asked: TargetRequest,
  deltasAfter: number,
  waitedBefore: Waited,
): Promise<ModelStepEnd> {
  const { segment, action, request } = fitting;
  const { journal, parts } = segment;
  const { step, attempt } = action;
  let begun = parts.clock.now();
  const write = (event: EventData) => journal.commit(event);
  const deltas = new DeltaWriter({ step, attempt }, segment.watched, write, parts.redact);
  const endDeltas = () => {
    deltas.end();
    if (deltas.written) journal.dropDeltas(deltasAfter);
  };
  let admission: Admission | undefined;
  try {
    const completed = await withinWallTime(segment, async (signal) => {
      const fitted = await fitContext({ ...fitting, signal });
      const admitted = await admitCall(segment, action, fitted, signal);
      admission = admitted;
      begun = parts.clock.now();
      return callModel(segment, fitted, deltas, (heard) => admitted.heard(heard), signal);
    });
    endDeltas();
    const { message, usage, usageEstimated, finish, servedModel, firstTokenMs } = completed;
    const cost = costOf(usage, parts.models.price(request.model));
    const ms = parts.clock.now() - begun;
    admission?.settle({ usage, costMicros: cost.costMicros });
    parts.guess.learn(answerKey(segment, request.model), usage.outputTokens);
    reportAnswer(segment, request.model, completed, ms);
    journal.stage({
      type: "step.completed",
      step,
      attempt,
      message,
      usage,
      ...(usageEstimated && { usageEstimated }),
      finish,
      ...cost,
      ...waitedOf(waitedBefore, admission),
      firstTokenMs,
      ms,
      ...(servedModel !== undefined && { servedModel }),
    });
    return "go_on";
  } catch (thrown) {
    endDeltas();
    const call = { model: request.model, admission, waitedBefore, thrown };
    return endFailedCall(segment, action, asked, call);
  }
}

async function endFailedCall(
  segment: Segment,
  action: CallModel,
  asked: TargetRequest,
  call: {
    model: string;
    admission: Admission | undefined;
    waitedBefore: Waited;
    thrown: unknown;
  },
): Promise<ModelStepEnd> {
  const { model, admission, waitedBefore } = call;
  const error = toFlotillaError(call.thrown);
  if (error.limits) admission?.heard(error.limits);
  const cost = failureCost(segment, model, error);
  admission?.settle({ usage: cost.usage ?? null, costMicros: cost.costMicros ?? null });
  if (stopReason(segment) || (!admission && segment.pause.signal.aborted)) {
    return abandonStep(segment, action, cost);
  }
  reportFailure(segment, model, error);
  const waited = waitedOf(waitedBefore, admission);
  return failStep(segment, action, asked, { error, ...cost, ...waited });
}

function waitedOf(before: Waited, admission: Admission | undefined) {
  const waited = { ...before, ...admission?.waited };
  return Object.keys(waited).length > 0 ? { waited } : {};
}
