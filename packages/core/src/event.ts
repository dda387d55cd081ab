import { z } from "zod";
import { agentSpecSchema } from "./agent.ts";
import { artifactRefSchema } from "./artifact.ts";
import { environmentSchema, startedBySchema } from "./caller.ts";
import { capacityWaitSchema, waitedSchema } from "./capacity.ts";
import { compactionSchema, summaryCallSchema } from "./compaction.ts";
import { errorRecordSchema } from "./error.ts";
import { feedbackGivenSchema } from "./feedback.ts";
import { finishReasonSchema } from "./finish-reason.ts";
import { recordedCallSchema } from "./recorded-call.ts";
import { historyRefSchema } from "./history.ts";
import { journaledInputSchema } from "./input.ts";
import { interruptAnsweredSchema, interruptRaisedSchema } from "./interrupt.ts";
import { jsonSchema } from "./json.ts";
import { labelsSchema } from "./label.ts";
import { assistantMessageSchema, toolCallPartSchema } from "./message.ts";
import { planEvents, stepPurposeSchema } from "./plan.ts";
import { routeChoiceSchema } from "./route.ts";
import { forkEffectsSchema } from "./fork-effects.ts";
import { forkRefSchema, runChangesSchema } from "./run-changes.ts";
import { traceIdSchema } from "./trace.ts";
import { runRequestSchema } from "./run-request.ts";
import { parentRefSchema, teamEvents } from "./team.ts";
import { decidedBySchema } from "./decided-by.ts";
import { tokenPricesSchema, usageSchema } from "./usage.ts";

/**
 * The journal's event union. A run is the list of its events; its state is
 * `fold(events)` (see run.ts). An event holds its own delta only.
 *
 * Sequence numbers rise by at least one from event to event. Gaps are normal:
 * the deltas of a model step are deleted by the statement that completes it.
 */
const step = z.int().positive();
const attempt = z.int().positive();

/** Why a segment began: the first one, or what ended the previous one. */
export const segmentCauseSchema = z.enum([
  "start",
  "takeover",
  "retry",
  "timer",
  "answer",
  "paused",
  "children",
  "budget",
  "provider_batch",
  "continue",
]);

export const waitingForSchema = z.discriminatedUnion("kind", [
  /** Nothing to do until that time; the worker goes on by itself. */
  z.object({ kind: z.literal("timer"), until: z.iso.datetime(), why: errorRecordSchema }),
  /** A person must answer. */
  z.object({ kind: z.literal("interrupt"), interruptIds: z.array(z.string()) }),
  /** Until a person resumes it. */
  z.object({ kind: z.literal("paused"), by: z.string(), reason: z.string().optional() }),
  /** Until these runs have ended. */
  z.object({
    kind: z.literal("children"),
    runIds: z.array(z.string()),
    /** Until one more of them has. */
    any: z.boolean().optional(),
  }),
  /**
   * A budget is spent: it goes on when that is raised, or its period ends. Or what is left of it is held for
   * calls at a provider's batch endpoint: it goes on when those have left it room for `needMicros`.
   */
  z.object({
    kind: z.literal("budget"),
    budgetId: z.string(),
    needMicros: z.int().nonnegative().optional(),
    until: z.iso.datetime().nullable(),
    why: errorRecordSchema,
  }),
  /** Its model call is with the provider's batch endpoint. */
  z.object({ kind: z.literal("provider_batch"), step, expectedAt: z.iso.datetime().nullable() }),
]);
export type WaitingFor = z.infer<typeof waitingForSchema>;

/**
 * `call`: at the list price. `cache`: from the response cache. `shared`: another run's
 * identical call was under way and its answer serves this one too. `provider_batch`: at the price of
 * the provider's batch endpoint. `image`: by the images that were made.
 */
export const pricedSchema = z.enum(["call", "cache", "shared", "provider_batch", "image"]);
export type Priced = z.infer<typeof pricedSchema>;

/** What was not spent because an answer was there. */
export const savedSchema = z.object({
  usage: usageSchema,
  costMicros: z.int().nonnegative().nullable(),
});
export type Saved = z.infer<typeof savedSchema>;

const runEvents = [
  z.object({
    type: z.literal("run.created"),
    agentId: z.string(),
    agentName: z.string(),
    /** `draftVersion`: the agent is not kept anywhere else than in `draft`. */
    agentVersion: z.int().nonnegative(),
    draft: agentSpecSchema.optional(),
    input: journaledInputSchema,
    batchId: z.string().optional(),
    /** Row of the batch, from 1. */
    row: z.int().positive().optional(),
    /** For whom it runs: its share of capacity, its budgets, its costs. Default: `default`. */
    organisation: z.string().optional(),
    user: z.string().optional(),
    /** Default: `prod`. */
    environment: environmentSchema.optional(),
    /** Left out: the platform itself. */
    startedBy: startedBySchema.optional(),
    /** It can wait until then for a cheaper way to be answered (a provider's batch endpoint). */
    economyUntil: z.iso.datetime().optional(),
    /** The trace of the request that started it. Default: `runTraceId`. */
    traceId: traceIdSchema.optional(),
    /** The thread that it is a turn of. */
    threadId: z.string().optional(),
    /** What was said before; left out where nothing was, and where `run.released` will say it. */
    history: historyRefSchema.optional(),
    /** What it does otherwise than its agent. */
    request: runRequestSchema.optional(),
    /** The run that it does a part of. */
    parent: parentRefSchema.optional(),
    /** The run whose events follow, up to `run.forked`. */
    fork: forkRefSchema.optional(),
    /** Of its input, and of what it inherits. Left out: what it is told is trusted. */
    labels: labelsSchema.optional(),
  }),
  /** What it goes on from has these, which it did not have yet. */
  z.object({ type: z.literal("run.labelled"), labels: labelsSchema }),
  /** The runs of its thread before it have ended: it goes on after the one it was sent after. */
  z.object({ type: z.literal("run.released"), history: historyRefSchema.optional() }),
  z.object({
    type: z.literal("segment.started"),
    segment: z.int().positive(),
    epoch: z.int().positive(),
    worker: z.string(),
    cause: segmentCauseSchema,
  }),
  z.object({ type: z.literal("run.waiting"), for: waitingForSchema }),
  z.object({
    type: z.literal("run.retried"),
    by: z.string(),
    changes: runChangesSchema.optional(),
  }),
  z.object({
    type: z.literal("run.completed"),
    output: jsonSchema,
    /** Calls of the caller's tools: it makes them, and goes on with a run after this one. */
    calls: z.array(toolCallPartSchema).optional(),
  }),
  z.object({ type: z.literal("run.failed"), error: errorRecordSchema }),
  z.object({ type: z.literal("run.cancelled"), by: z.string(), reason: z.string().optional() }),
] as const;

const stepEvents = [
  z.object({
    type: z.literal("step.started"),
    step,
    attempt,
    /** The target that is asked, as `provider/model`. */
    model: z.string(),
    /** Why that target, where the agent names a route. */
    choice: routeChoiceSchema.optional(),
    /** What it is for; left out: the run's own turn. */
    purpose: stepPurposeSchema.optional(),
  }),
  /** The call may not be made yet. Told again when the reason or the expected start changes much. */
  z.object({ type: z.literal("step.waiting"), step, attempt, for: capacityWaitSchema }),
  /** The wait is over: the call is made now. */
  z.object({ type: z.literal("step.admitted"), step, attempt, waited: waitedSchema }),
  z.object({
    type: z.literal("step.delta"),
    step,
    attempt,
    text: z.string().optional(),
    reasoning: z.string().optional(),
  }),
  /** The attempt died with its worker; readers drop its partial text. `attempt` is the new one. */
  z.object({
    type: z.literal("step.restarted"),
    step,
    attempt,
    model: z.string(),
    choice: routeChoiceSchema.optional(),
    reason: z.string(),
    /** What the provider probably bills for the attempt that died. */
    usage: usageSchema.optional(),
    usageEstimated: z.literal(true).optional(),
    costMicros: z.int().nonnegative().nullable().optional(),
    prices: tokenPricesSchema.optional(),
  }),
  z.object({
    type: z.literal("step.completed"),
    step,
    attempt,
    message: assistantMessageSchema,
    usage: usageSchema,
    finish: finishReasonSchema,
    /** The provider counted nothing, or nonsense: the usage is an estimate. */
    usageEstimated: z.literal(true).optional(),
    /** Micro-USD; null when the model's price is unknown. */
    costMicros: z.int().nonnegative().nullable(),
    /** The prices it was reckoned by; left out when they are unknown. */
    prices: tokenPricesSchema.optional(),
    /** How the answer came to be priced; `call` unless said otherwise. */
    priced: pricedSchema.optional(),
    /** What the call that gave the answer used and cost; for answers nothing was asked for. */
    saved: savedSchema.optional(),
    /** What the attempt waited before the call was made, in milliseconds by cause. */
    waited: waitedSchema.optional(),
    /** From the request to the first token and to the end, in milliseconds. */
    firstTokenMs: z.number().nonnegative().nullable(),
    ms: z.number().nonnegative(),
    /** The model that answered, as the provider names it. */
    servedModel: z.string().optional(),
  }),
  z.object({
    type: z.literal("step.failed"),
    step,
    attempt,
    error: errorRecordSchema,
    /** What the provider bills for the broken-off attempt, estimated where it did not say. */
    usage: usageSchema.optional(),
    usageEstimated: z.literal(true).optional(),
    costMicros: z.int().nonnegative().nullable().optional(),
    prices: tokenPricesSchema.optional(),
    waited: waitedSchema.optional(),
    /** Milliseconds until the next attempt; null when there is none. */
    retryInMs: z.number().nonnegative().nullable(),
  }),
  /** The answer did not fit the agent's output schema; the model is shown the problems. */
  z.object({ type: z.literal("output.rejected"), step, problems: z.array(z.string()) }),
] as const;

const contextEvents = [
  /** Part of the history was summarised, because the step's request did not fit the context. */
  summaryCallSchema.extend({ type: z.literal("context.summarised") }),
  /** The step goes on with a summary of what came before. */
  compactionSchema.extend({ type: z.literal("context.compacted") }),
] as const;

/** A call beside the run's own: of a model that classifies the task, or judges an answer. */
export const sideCallSchema = z.object({
  model: z.string(),
  usage: usageSchema,
  usageEstimated: z.literal(true).optional(),
  /** Micro-USD; null when the model's price is unknown. */
  costMicros: z.int().nonnegative().nullable(),
  /** The prices it was reckoned by; left out when they are unknown. */
  prices: tokenPricesSchema.optional(),
  /** What was made, where that is images; and what one costs, where they are billed one by one. */
  images: z
    .object({
      count: z.int().positive(),
      size: z.string().optional(),
      quality: z.string().optional(),
      perImageMicros: z.number().nonnegative().optional(),
    })
    .optional(),
  /** It came to nothing, and is billed all the same. */
  failed: z.literal(true).optional(),
  waited: waitedSchema.optional(),
  ms: z.number().nonnegative(),
});
export type SideCall = z.infer<typeof sideCallSchema>;

const confidence = z.number().min(0).max(1);

const routeEvents = [
  /** A call beside the steps was stopped from outside: it costs, and is made again. */
  z.object({ type: z.literal("call.abandoned"), call: sideCallSchema, error: errorRecordSchema }),
  /** A call of a tool asked a model. */
  z.object({
    type: z.literal("model.asked"),
    callId: z.string(),
    call: sideCallSchema,
    error: errorRecordSchema.optional(),
  }),
  /** A call of a tool is about to ask for images. */
  z.object({
    type: z.literal("image.asked"),
    callId: z.string(),
    /** Tells it from other questions of the same call; the same for each try. */
    key: z.string(),
    model: z.string(),
    count: z.int().positive(),
    /** What the try before it, which died with its worker, probably cost. */
    call: sideCallSchema.optional(),
  }),
  /** They are made, and kept. */
  z.object({
    type: z.literal("image.made"),
    callId: z.string(),
    key: z.string(),
    images: z.array(artifactRefSchema).min(1),
    call: sideCallSchema,
  }),
  z.object({
    type: z.literal("image.failed"),
    callId: z.string(),
    key: z.string(),
    error: errorRecordSchema,
    call: sideCallSchema.optional(),
  }),
  /** The class that a model found; null when it found none, or failed: `error` says how. */
  z.object({
    type: z.literal("task.classified"),
    route: z.string(),
    taskClass: z.string().nullable(),
    call: sideCallSchema.optional(),
    error: errorRecordSchema.optional(),
  }),
  /** The final answer stands; the confidence is null when it could not be judged. */
  z.object({
    type: z.literal("answer.judged"),
    step,
    model: z.string(),
    confidence: confidence.nullable(),
    minimum: confidence,
    call: sideCallSchema.optional(),
    error: errorRecordSchema.optional(),
  }),
  /** It does not: the conversation starts anew, from the input, on the next target. */
  z.object({
    type: z.literal("answer.escalated"),
    step,
    model: z.string(),
    confidence,
    minimum: confidence,
    next: z.string(),
    call: sideCallSchema.optional(),
  }),
] as const;

const effectEvents = [
  z.object({
    type: z.literal("effect.intended"),
    step,
    callId: z.string(),
    tool: z.string(),
    input: jsonSchema,
    attempt,
    /** Stable over all attempts: `<runId>:<callId>`. */
    idempotencyKey: z.string(),
    /** The rule that allows it; left out when none is about it, and where a person has approved it. */
    decidedBy: decidedBySchema.optional(),
  }),
  z.object({
    type: z.literal("effect.done"),
    callId: z.string(),
    output: jsonSchema,
    /** The output is a preview; all of it is there. */
    artifact: artifactRefSchema.optional(),
    labels: labelsSchema.optional(),
    /** What the call cost, in micro-USD. */
    costMicros: z.int().nonnegative().optional(),
    ms: z.number().nonnegative(),
    /** How the output came to be known; `executed` unless said otherwise. */
    via: z.enum(["executed", "reconciled", "person", "recorded"]).default("executed"),
  }),
  z.object({
    type: z.literal("effect.failed"),
    callId: z.string(),
    error: errorRecordSchema,
    /** Of what the error says. */
    labels: labelsSchema.optional(),
    /** What the try cost all the same, in micro-USD. */
    costMicros: z.int().nonnegative().optional(),
    ms: z.number().nonnegative(),
    /** Milliseconds until the next attempt; null when the model is told instead. */
    retryInMs: z.number().nonnegative().nullable(),
  }),
  z.object({ type: z.literal("effect.unknown"), callId: z.string(), reason: z.string() }),
] as const;

const interruptEvents = [interruptRaisedSchema, interruptAnsweredSchema] as const;

/** What people, and other agents, do with a run from outside. */
const steerEvents = [
  /** A pause is over. */
  z.object({ type: z.literal("run.resumed"), by: z.string() }),
  /** The model reads it after that step; 0: before the first. */
  z.object({
    type: z.literal("message.added"),
    step: z.int().nonnegative(),
    text: z.string(),
    by: z.string(),
    /** The agent that sent it. */
    from: z
      .object({
        runId: z.string(),
        agentName: z.string(),
        /** The call that sent it: each is delivered once. */
        callId: z.string().optional(),
      })
      .optional(),
    labels: labelsSchema.optional(),
  }),
  /** A person took the model's turn. */
  z.object({
    type: z.literal("step.written"),
    step,
    message: assistantMessageSchema,
    by: z.string(),
  }),
  /** A person did what a call asks for, which was not made. */
  z.object({
    type: z.literal("call.performed"),
    step,
    callId: z.string(),
    tool: z.string(),
    input: jsonSchema,
    output: jsonSchema,
    by: z.string(),
  }),
  /** What comes before is a copy of another run's events; from here on it is a run of its own. */
  z.object({
    type: z.literal("run.forked"),
    from: forkRefSchema,
    changes: runChangesSchema,
    effects: forkEffectsSchema,
    by: z.string(),
    /** What calls with effects came to after that place: the fork's are answered by it. */
    record: z.array(recordedCallSchema).optional(),
  }),
  /** A failed run is no dead letter any more. */
  z.object({ type: z.literal("run.discarded"), by: z.string(), reason: z.string() }),
  feedbackGivenSchema,
] as const;

export const eventDataSchema = z.discriminatedUnion("type", [
  ...runEvents,
  ...stepEvents,
  ...contextEvents,
  ...routeEvents,
  ...effectEvents,
  ...interruptEvents,
  ...steerEvents,
  ...planEvents,
  ...teamEvents,
]);

/** An event before it has its place in the journal. */
export type EventData = z.infer<typeof eventDataSchema>;
export type EventType = EventData["type"];
export type EventOf<T extends EventType> = Extract<EventData, { type: T }>;

export const eventEnvelopeSchema = z.object({
  runId: z.string(),
  seq: z.int().positive(),
  /** When it was appended, by the database's clock. */
  at: z.iso.datetime(),
});

export const eventSchema = z.intersection(eventEnvelopeSchema, eventDataSchema);

/** An event as the journal keeps it and every reader gets it. */
export type Event = z.infer<typeof eventEnvelopeSchema> & EventData;

/** What people, and other agents, do with a run from outside. */
export type SteerEvent = Event & z.infer<(typeof steerEvents)[number]>;
/** What becomes of a run's plan. */
export type PlanEvent = Event & z.infer<(typeof planEvents)[number]>;
/** What becomes of a run's team. */
export type TeamEvent = Event & z.infer<(typeof teamEvents)[number]>;
