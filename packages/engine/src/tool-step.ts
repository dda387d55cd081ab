import {
  backoffMs,
  FlotillaError,
  InputNeeded,
  newId,
  toFlotillaError,
  type EventData,
  type Json,
  type ToolCallPart,
  type ToolInfo,
  type ToolStep,
} from "@flotilla/core";
import type { Action } from "./action.ts";
import { isToBlame } from "./blame-call.ts";
import { callHash } from "./call-hash.ts";
import { checkToolUse, readyToolRules } from "./check-tool-use.ts";
import { forkedCall } from "./fork-calls.ts";
import { interruptTerms } from "./interrupt-terms.ts";
import { keepResult, type KeptResult } from "./keep-result.ts";
import { toolNames } from "./model-request.ts";
import { isOwnCall, ownCall } from "./own-calls.ts";
import { refusedCall } from "./refused-call.ts";
import { stopReason, type Segment } from "./segment.ts";
import { sortCalls } from "./sort-calls.ts";
import { createChildren } from "./team/await-children.ts";
import type { Found } from "./tool-desk.ts";
import { toolContext } from "./tool-context.ts";
import { asksAbout } from "./tool-tries.ts";
import { suspectOf, wayOf } from "./way-of-call.ts";

const firstBackoffMs = 200;
const longestBackoffMs = 10_000;
/** How long a cancelled call may take to come back before the run ends without it. */
const abortGraceMs = 1_500;

type CallTools = Extract<Action, { kind: "call_tools" }>;
type Intent = Extract<EventData, { type: "effect.intended" }>;

/**
 * Makes the calls of one answer, side by side. Every intent is committed before its call;
 * each result is committed as it comes, except the last, which is staged and goes with
 * what follows. Where somebody is asked first, that is staged in the place of the intent.
 */
export async function toolStep(segment: Segment, action: CallTools): Promise<void> {
  const { journal } = segment;
  const step = journal.run.stepCount;
  await Promise.all([readyToolRules(segment), segment.parts.breakers.ready()]);
  const asked = action.fresh.filter((call) => !answerForked(segment, call, step));
  const made = await sortCalls(segment, asked, step);
  const approved = action.open.filter(({ status }) => status === "approved");
  const fresh = made.map((call) => intent(segment, step, call));
  for (const call of approved) {
    if (!isAsApproved(call)) journal.stage(...notApproved(segment, call));
    else if (isOwnCall(segment, call.tool)) journal.stage(...(await ownCall(segment, call, step)));
    else fresh.push(intent(segment, step, call));
  }
  await createChildren(segment);
  const open = action.open.filter((call) => !approved.includes(call)).map(reopen);
  if (fresh.length > 0) await journal.commit(...fresh);
  if (stopReason(segment)) {
    // They were not made, so nobody has to find out whether they took effect.
    for (const call of fresh) journal.stage(notMade(call));
    return;
  }
  let left = fresh.length + open.length;
  const settle = async (event: EventData) => {
    journal.stage(event);
    left -= 1;
    if (left > 0) await journal.commit();
  };
  await Promise.all([
    ...fresh.map((call) => perform(segment, call, settle)),
    ...open.map(({ call, recovering }) =>
      recovering ? recover(segment, call, settle) : perform(segment, again(call), settle, true),
    ),
  ]);
}

/** Whether a fork has answered a call without making it. */
function answerForked(segment: Segment, call: ToolCallPart, step: number): boolean {
  const events = forkedCall(segment, call, step);
  if (events) segment.journal.stage(...events);
  return events !== undefined;
}

/** Whether a call is the one that a person was shown, or what he made of that one. */
function isAsApproved({ tool, input, proposed, approved }: ToolStep): boolean {
  return approved?.hash === callHash(tool, proposed ? proposed.input : input);
}

function notApproved(segment: Segment, call: ToolStep): EventData[] {
  const message = `The call of ${call.tool} is not the one that was approved.`;
  return refusedCall(segment, call, call.step, new FlotillaError("tool_forbidden", message));
}

type Call = Pick<ToolCallPart, "callId" | "tool" | "input"> & Pick<Intent, "decidedBy">;

function intent(segment: Segment, step: number, call: Call): Intent {
  return {
    type: "effect.intended",
    step,
    callId: call.callId,
    tool: call.tool,
    input: call.input,
    attempt: 1,
    idempotencyKey: `${segment.journal.run.runId}:${call.callId}`,
    ...(call.decidedBy && { decidedBy: call.decidedBy }),
  };
}

function notMade({ callId }: Intent): EventData {
  const error = new FlotillaError("cancelled", "The run was stopped before the call.").toRecord();
  return { type: "effect.failed", callId, error, ms: 0, retryInMs: 0 };
}

/** A call that was under way when its segment ended, or that is to be made again. */
function reopen(call: ToolStep): { call: Intent; recovering: boolean } {
  const { step, callId, tool, input, idempotencyKey } = call;
  const attempt = call.attempts.at(-1)?.attempt ?? 1;
  const base = { type: "effect.intended", step, callId, tool, input, attempt } as const;
  return { call: { ...base, idempotencyKey }, recovering: call.status === "intended" };
}

function again(call: Intent): Intent {
  return { ...call, attempt: call.attempt + 1 };
}

type Settle = (event: EventData) => Promise<void>;

/**
 * A call cut off between its intent and its result. What is known to be harmless runs again
 * under the same key; what can be asked is asked; anything else is for a person.
 */
async function recover(segment: Segment, call: Intent, settle: Settle): Promise<void> {
  const info = find(segment, call.tool);
  if (info?.recovery === "unknown") {
    await unknown(segment, call, "The worker stopped during the call.", settle);
    return;
  }
  await perform(segment, again(call), settle, true);
}

/** Leaves the decision to a person, with an interrupt. */
async function unknown(
  segment: Segment,
  call: Intent,
  reason: string,
  settle: Settle,
  question = `Did ${call.tool} take effect?`,
): Promise<void> {
  segment.journal.stage({ type: "effect.unknown", callId: call.callId, reason });
  await settle({
    type: "interrupt.raised",
    interruptId: newId("int", segment.parts.clock.now()),
    kind: "effect_outcome",
    callId: call.callId,
    prompt: `${question} ${reason}`,
  });
}

/** Attempts of one call until it is settled. `repeated`: an earlier attempt may have happened. */
async function perform(
  segment: Segment,
  first: Intent,
  settle: Settle,
  repeated = false,
): Promise<void> {
  const { journal, parts } = segment;
  for (let call = first, tries = 1; ; call = again(call), tries++) {
    const info = find(segment, call.tool);
    const begun = parts.clock.now();
    const since = () => parts.clock.now() - begun;
    const seen = repeated || tries > 1;
    const asks = seen && info?.recovery === "reconcile";
    const suspect = suspectOf(segment, call);
    // The question may end its process like the call itself, and must not be asked for ever.
    if (suspect && seen) await journal.commit(call);
    const found: Found = { labels: new Set(info?.emits), costMicros: 0 };
    const asked = asks ? await ended(() => reconcile(segment, call, found)) : {};
    if (asked.value) {
      const kept = await keepResult(segment, call.tool, asked.value.output, [...found.labels]);
      return settle(done(call, kept, since(), "reconciled"));
    }
    if (seen && !suspect && !asked.error) await journal.commit(call);
    const made = asked.error ? asked : await ended(() => untilAborted(segment, call, found));
    if (!made.error) {
      const kept = await keepResult(segment, call.tool, made.value as Json, [...found.labels]);
      const cost = found.costMicros > 0 && { costMicros: found.costMicros };
      return settle(done(call, { ...kept, ...cost }, since(), "executed"));
    }

    const { error } = made;
    if (error instanceof InputNeeded) return askFor(segment, call, error, settle);
    const stopped = stopReason(segment) !== undefined;
    const killed = error.code === "worker_killed";
    const cutOff = killed || error.code === "tool_timeout" || error.code === "cancelled";
    if (info?.recovery === "unknown" && (stopped || cutOff)) {
      return unknown(segment, call, error.message, settle);
    }
    // Left as intended: the next segment, if there is one, recovers it.
    if (stopped) return;
    const retry = error.transient && info !== undefined && info.recovery !== "unknown";
    const failed = failure(call, error, found);
    if (killed && suspect && isToBlame(suspect, 1)) {
      // It stays open, so that a replay makes it again.
      return settle({ ...failed, ms: since(), retryInMs: 0 });
    }
    if (!retry || (!killed && tries >= info.maxAttempts)) {
      if (info?.recovery === "reconcile" && (asked.error || cutOff)) {
        return unknown(segment, call, error.message, settle);
      }
      return settleFailure(segment, call, { ...failed, ms: since(), retryInMs: null }, settle);
    }
    const own = backoffMs(tries, firstBackoffMs, longestBackoffMs, parts.random);
    const retryInMs = Math.max(own, Math.min(error.retryAfterMs ?? 0, longestBackoffMs));
    await journal.commit({ ...failed, ms: since(), retryInMs });
    try {
      await parts.clock.sleep(retryInMs, segment.pause.signal);
    } catch {
      return;
    }
  }
}

/** The call has ended with questions, and is made again once they are answered. */
async function askFor(
  segment: Segment,
  { callId, step, tool, input }: Intent,
  { questions, state }: InputNeeded,
  settle: Settle,
): Promise<void> {
  const { parts, journal } = segment;
  const asked = questions.map(({ key, prompt, form }): EventData => ({
    type: "interrupt.raised",
    interruptId: newId("int", parts.clock.now()),
    kind: "question",
    ...{ callId, step, tool, input, prompt, form },
    needs: { key, state },
    ...interruptTerms(segment),
  }));
  const last = asked.pop();
  journal.stage(...asked);
  if (last) await settle(last);
}

/** The model is told; or a person, where the agent asks one after so many failures that are the same. */
async function settleFailure(
  segment: Segment,
  call: Intent,
  failed: Extract<EventData, { type: "effect.failed" }>,
  settle: Settle,
): Promise<void> {
  const { journal, spec } = segment;
  const { tool, callId } = call;
  const { error } = failed;
  if (!asksAbout(journal.run, spec, { tool, callId, error })) return settle(failed);
  journal.stage({ ...failed, retryInMs: 0 });
  const question = `${tool} keeps failing. Give its result, make the call again, or let it fail?`;
  return unknown(segment, call, error.message, settle, question);
}

/** How a call to a tool ended; what the journal throws is not among it. */
async function ended<T>(call: () => Promise<T>): Promise<{ value?: T; error?: FlotillaError }> {
  try {
    return { value: await call() };
  } catch (thrown) {
    return { error: toFlotillaError(thrown, "tool_failed") };
  }
}

async function reconcile(segment: Segment, call: Intent, { labels }: Found) {
  const { redact } = segment.parts;
  return redact.json(
    await wayOf(segment, call).reconcile(call.tool, call.input, toolContext(segment, call, labels)),
  );
}

function failure({ callId }: Intent, error: FlotillaError, { labels, costMicros }: Found) {
  return {
    type: "effect.failed" as const,
    callId,
    error: error.toRecord(),
    ...(labels.size > 0 && { labels: [...labels] }),
    ...(costMicros > 0 && { costMicros }),
  };
}

function done(
  { callId }: Intent,
  kept: KeptResult & { costMicros?: number },
  ms: number,
  via: "executed" | "reconciled",
): EventData {
  return { type: "effect.done", callId, ...kept, ms, via };
}

/** Unknown tools are no crash: the model named a tool that is not there, and is told so. */
function find(segment: Segment, tool: string): ToolInfo | undefined {
  if (!toolNames(segment).includes(tool)) return undefined;
  try {
    return segment.parts.tools.get(tool);
  } catch {
    return undefined;
  }
}

/** The call, on its tool's terms and while its breaker lets it through. */
async function onTerms(segment: Segment, call: Intent, found: Found): Promise<Json> {
  const { breakers, desk, tools, store, redact } = segment.parts;
  const { journal, stop } = segment;
  const { organisation, environment, runId } = journal.run;
  const place = { organisation, tool: call.tool };
  await breakers.admit(place);
  const info = tools.get(call.tool);
  const isWaited = info.rateLimit ?? info.concurrency ?? info.cacheSeconds;
  const holder = `${call.idempotencyKey}:${call.attempt}`;
  const asked = { info, input: call.input, organisation, environment, holder, found };
  return desk.perform({ ...asked, signal: stop.signal }, async () => {
    // Who was frozen while he waited makes no call that somebody else has made meanwhile.
    if (isWaited !== undefined && (await store.runs.ownerEpoch(runId)) !== journal.epoch) {
      throw new FlotillaError("cancelled", "Another worker has taken the run over.");
    }
    const context = toolContext(segment, call, found.labels);
    const made = wayOf(segment, call).call(call.tool, call.input, context);
    const output = await breakers.watch(place, made);
    return info.cacheSeconds === undefined ? output : redact.json(output);
  });
}

/** The call's result; when the segment is stopped, it waits a moment, then goes without it. */
async function untilAborted(segment: Segment, call: Intent, found: Found): Promise<Json> {
  const names = toolNames(segment);
  if (!names.includes(call.tool)) {
    const known = names.join(", ") || "none";
    throw new FlotillaError("unknown_tool", `There is no tool "${call.tool}". Tools: ${known}.`);
  }
  await checkToolUse(segment, call);
  const { signal } = segment.stop;
  const result = onTerms(segment, call, found);
  let giveUp: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    giveUp = () => {
      const error = new FlotillaError("cancelled", "The call was stopped.");
      setTimeout(() => reject(error), abortGraceMs).unref();
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener("abort", giveUp, { once: true });
  });
  try {
    // Before it is kept anywhere, as an event or as an artifact.
    return segment.parts.redact.json(await Promise.race([result, aborted]));
  } finally {
    if (giveUp) signal.removeEventListener("abort", giveUp);
  }
}
