import {
  messageText,
  noUsage,
  toFlotillaError,
  toolCalls,
  type AnswerKey,
  type AssistantMessage,
  type EventData,
  type ModelRequest,
  type TargetRequest,
  type Waited,
} from "@flotilla/core";
import { withinWallTime } from "./call-model.ts";
import { abandonStep, failStep, type ModelStepEnd } from "./fail-step.ts";
import type { Landing, Turn } from "./flight.ts";
import type { CallModel } from "./action.ts";
import { checkOutput } from "./output.ts";
import { requestHash } from "./request-hash.ts";
import { stopReason, type Segment } from "./segment.ts";

/** A call whose answer may be there already. */
export interface CachedCall {
  action: CallModel;
  asked: TargetRequest;
  request: ModelRequest;
  /** The event that begins the attempt. */
  opening: EventData;
  ttlSeconds: number;
}

/**
 * One attempt of a model step where the agent's cache is on: takes the answer from the cache, or waits
 * for the same call that is under way for another run, or makes the call and hands its answer on.
 * What the attempt waited before the call is given to `call`.
 */
export async function cachedStep(
  segment: Segment,
  cached: CachedCall,
  call: (waited: Waited) => Promise<ModelStepEnd>,
): Promise<ModelStepEnd> {
  const { journal } = segment;
  const { action, asked, opening } = cached;
  journal.stage(opening);
  let turn: Turn;
  let waited: Waited;
  try {
    ({ turn, waited } = await ask(segment, cached));
  } catch (thrown) {
    if (stopReason(segment) || segment.pause.signal.aborted) return abandonStep(segment, action);
    return failStep(segment, action, asked, { error: toFlotillaError(thrown) });
  }
  if (turn.kind === "answer") {
    takeAnswer(segment, action, turn, waited);
    return "go_on";
  }
  try {
    await journal.commit();
    return stopReason(segment) ? abandonStep(segment, action) : await call(waited);
  } finally {
    turn.land(landing(segment, cached));
  }
}

async function ask(
  segment: Segment,
  { action: { step, attempt }, request, ttlSeconds }: CachedCall,
): Promise<{ turn: Turn; waited: Waited }> {
  const { journal, parts } = segment;
  const place = { step, attempt };
  let since: number | undefined;
  const turn = await withinWallTime(segment, (signal) =>
    parts.answers.ask({
      key: keyOf(segment, request),
      ttlSeconds,
      // A worker that drains does not wait: the run's next segment does.
      signal: AbortSignal.any([signal, segment.pause.signal]),
      onWait() {
        since = parts.clock.now();
        const wait = { cause: "identical_call", of: request.model, expectedAt: null } as const;
        // Nothing acts on it: should the append be refused, the segment ends where it commits next.
        void journal.commit({ type: "step.waiting", ...place, for: wait }).catch(() => undefined);
      },
    }),
  );
  if (since === undefined) return { turn, waited: {} };
  const waited = { identical_call: parts.clock.now() - since };
  journal.stage({ type: "step.admitted", ...place, waited });
  return { turn, waited };
}

/** How a request is known to the cache. */
function keyOf({ journal }: Segment, request: ModelRequest): AnswerKey {
  return { organisation: journal.run.organisation, hash: requestHash(request) };
}

/**
 * The same for a call that can wait for a provider's batch: takes an answer that is there, and waits for
 * nobody. False when there is none.
 */
export async function takeKnown(
  segment: Segment,
  { action, request, opening, ttlSeconds }: Omit<CachedCall, "asked">,
): Promise<boolean> {
  const answer = await segment.parts.answers.find(keyOf(segment, request), ttlSeconds);
  if (!answer) return false;
  segment.journal.stage(opening);
  takeAnswer(segment, action, { answer, priced: "cache" }, {});
  return true;
}

/** Keeps the answer of a step that has just been completed, if it may serve others. */
export function keepAnswer(
  segment: Segment,
  { action, request, ttlSeconds }: Pick<CachedCall, "action" | "request" | "ttlSeconds">,
): void {
  const landed = landing(segment, { action, request });
  if (landed.kind !== "answer") return;
  segment.parts.answers.keep(keyOf(segment, request), landed.answer, ttlSeconds);
}

/**
 * Completes the step with an answer that was not asked for in it. Who reads the stream of deltas gets
 * its text as one; it comes in the same append, so it stays in the journal.
 */
function takeAnswer(
  segment: Segment,
  { step, attempt }: CallModel,
  { answer, priced }: Pick<Extract<Turn, { kind: "answer" }>, "answer" | "priced">,
  waited: Waited,
): void {
  const { journal } = segment;
  const message = withOwnIds(answer.message, step);
  const text = messageText(message);
  if (text && segment.watched()) journal.stage({ type: "step.delta", step, attempt, text });
  const { finish, usage, costMicros } = answer;
  journal.stage({
    type: "step.completed",
    step,
    attempt,
    message,
    usage: noUsage,
    finish,
    costMicros: 0,
    priced,
    saved: { usage, costMicros },
    ...(Object.keys(waited).length > 0 && { waited }),
    firstTokenMs: null,
    ms: 0,
  });
}

/** The calls of an answer get the ids of the step that takes it. */
function withOwnIds(message: AssistantMessage, step: number): AssistantMessage {
  let index = 0;
  return {
    ...message,
    content: message.content.map((part) =>
      part.type === "tool_call" ? { ...part, callId: `c${step}-${index++}` } : part,
    ),
  };
}

/** What the call came to, for those who wait and those who come later. */
function landing(
  { journal, parts }: Segment,
  { action, request }: Pick<CachedCall, "action" | "request">,
): Landing {
  const step = journal.run.steps.findLast((one) => one.kind === "model");
  if (step?.step !== action.step || step.status !== "completed") return { kind: "none" };
  const { message, usage, finish, costMicros } = step;
  if (!message || !usage || !finish) return { kind: "none" };
  if (!isWhole(message) || step.usageEstimated) return { kind: "unfit" };
  if (finish !== "stop" && finish !== "tool_calls") return { kind: "unfit" };
  const { output } = request;
  if (output && toolCalls(message).length === 0) {
    if (!checkOutput(output, messageText(message)).ok) return { kind: "unfit" };
  }
  const { model } = request;
  const createdAt = parts.clock.now();
  return { kind: "answer", answer: { message, finish, model, usage, costMicros, createdAt } };
}

function isWhole(message: AssistantMessage): boolean {
  return messageText(message).trim() !== "" || toolCalls(message).length > 0;
}
