import {
  batchProgressSchema,
  environmentSchema,
  eventSchema,
  organisationSchema,
  treeRunSchema,
} from "@flotilla/core";
import { z } from "zod";
import { batchCellSchema, batchParamsSchema } from "./batch.ts";
import { highestInteger, storableText } from "./bounds.ts";
import { fleetChangeSchema } from "./fleet.ts";
import { inboxChangeSchema } from "./inbox.ts";
import { interruptAnsweringSchema, interruptParamsSchema } from "./interrupt.ts";
import { problemSchema } from "./problem.ts";
import { runCancelSchema, runParamsSchema, runStartSchema } from "./run.ts";
import { threadParamsSchema, threadSendSchema } from "./thread.ts";
import {
  callParamsSchema,
  callPerformSchema,
  runPauseSchema,
  runSaySchema,
  runWriteSchema,
} from "./steering.ts";

/**
 * The messages of streams, the same over WebSockets and as server-sent events. Over a WebSocket each
 * is a JSON text; `sub` says which subscription it belongs to. As a server-sent event the type is
 * the event's name, the cursor its id, and the data its data.
 *
 * A cursor stands for everything up to its message: who has it resumes after it, on any server,
 * without gap or repetition.
 */
export const streamMessageSchema = z.discriminatedUnion("type", [
  /** Of a run. The cursor is the event's `seq`. */
  z.object({ type: z.literal("event"), cursor: z.string(), data: eventSchema }),
  /**
   * Of a batch: the cells that changed, all of them at first. Without a cursor the batch is not where
   * one can resume: a draft, or a part of many cells that is not the last.
   */
  z.object({
    type: z.literal("cells"),
    cursor: z.string().optional(),
    data: z.array(batchCellSchema),
  }),
  /** Of a tree: the runs that were begun, or whose status changed, all of them at first. */
  z.object({ type: z.literal("tree"), cursor: z.string(), data: z.array(treeRunSchema) }),
  z.object({ type: z.literal("progress"), data: batchProgressSchema }),
  z.object({ type: z.literal("inbox"), data: inboxChangeSchema }),
  z.object({ type: z.literal("fleet"), data: fleetChangeSchema }),
  /** Nothing more will come: the run or batch has ended. */
  z.object({ type: z.literal("end"), data: z.object({}) }),
  /** It goes on no longer, and why; what is `unavailable` can be resumed after the last cursor. */
  z.object({ type: z.literal("error"), data: problemSchema }),
]);
export type StreamMessage = z.infer<typeof streamMessageSchema>;

/** What can be followed. */
export const topics = ["run", "tree", "batch", "inbox", "fleet"] as const;
export type Topic = (typeof topics)[number];

const highestCursor = 2n ** 64n - 1n;

/** A `seq` of a run, or a place in a batch or a tree. */
export const cursorSchema = z
  .union([z.int().nonnegative().transform(String), z.string()])
  .refine((cursor) => /^\d{1,20}$/.test(cursor) && BigInt(cursor) <= highestCursor, {
    message: "not a cursor of a stream: send the last one that was received, or none",
  });

/** Of streams of server-sent events: `Last-Event-ID`, where it is sent, wins over `after`. */
export const streamQuerySchema = z.object({ after: cursorSchema.optional() });

/** Of a WebSocket: for browsers, which cannot say it in headers. */
export const streamScopeSchema = z.object({
  organisation: organisationSchema.optional(),
  environment: environmentSchema.optional(),
});

/** Names a subscription; the client chooses it. */
const sub = z.int().nonnegative().max(highestInteger);
const subscription = {
  type: z.literal("subscribe"),
  sub: sub.optional(),
  /** Its messages may come as arrays of several: a long journal is then read in few pieces. */
  many: z.boolean().optional(),
};

const subscribeSchema = z.discriminatedUnion("topic", [
  z.strictObject({
    ...subscription,
    topic: z.literal("run"),
    id: runParamsSchema.shape.runId,
    after: cursorSchema.optional(),
  }),
  z.strictObject({
    ...subscription,
    topic: z.literal("tree"),
    id: runParamsSchema.shape.runId,
    after: cursorSchema.optional(),
  }),
  z.strictObject({
    ...subscription,
    topic: z.literal("batch"),
    id: batchParamsSchema.shape.batchId,
    after: cursorSchema.optional(),
  }),
  z.strictObject({ ...subscription, topic: z.enum(["inbox", "fleet"]) }),
]);
export type Subscribe = z.infer<typeof subscribeSchema>;

/** What is asked for, without what belongs to one kind of connection. */
export type TopicRequest = Subscribe extends infer One
  ? One extends Subscribe
    ? Omit<One, "type" | "sub" | "many">
    : never
  : never;

/** Commands are answered with `result` or `error` under the same id. */
const command = {
  id: storableText.min(1).max(64),
  /** The same key, the same answer: a command that is sent again is not done again. */
  idempotencyKey: storableText.min(1).max(255).optional(),
};

export const streamCommandSchema = z.discriminatedUnion("type", [
  z.strictObject({ ...command, type: z.literal("start"), body: runStartSchema }),
  /** Says something in a thread. */
  z.strictObject({
    ...command,
    ...threadParamsSchema.shape,
    type: z.literal("message"),
    body: threadSendSchema,
  }),
  z.strictObject({
    ...command,
    ...runParamsSchema.shape,
    type: z.literal("cancel"),
    body: runCancelSchema.optional(),
  }),
  z.strictObject({ ...command, ...runParamsSchema.shape, type: z.literal("retry") }),
  z.strictObject({
    ...command,
    ...runParamsSchema.shape,
    type: z.literal("pause"),
    body: runPauseSchema.optional(),
  }),
  z.strictObject({ ...command, ...runParamsSchema.shape, type: z.literal("resume_run") }),
  /** Says something to a run. */
  z.strictObject({
    ...command,
    ...runParamsSchema.shape,
    type: z.literal("say"),
    body: runSaySchema,
  }),
  /** Takes the model's turn in a pause. */
  z.strictObject({
    ...command,
    ...runParamsSchema.shape,
    type: z.literal("write"),
    body: runWriteSchema,
  }),
  /** Performs a call in the tool's place, in a pause. */
  z.strictObject({
    ...command,
    ...callParamsSchema.shape,
    type: z.literal("perform"),
    body: callPerformSchema,
  }),
  z.strictObject({
    ...command,
    ...interruptParamsSchema.shape,
    type: z.literal("answer"),
    body: interruptAnsweringSchema,
  }),
]);
export type StreamCommand = z.output<typeof streamCommandSchema>;
export type StreamCommandInput = z.input<typeof streamCommandSchema>;

/** What a client sends over a WebSocket. */
export const clientMessageSchema = z.discriminatedUnion("type", [
  subscribeSchema,
  z.strictObject({ type: z.literal("unsubscribe"), sub }),
  /** The subscription goes on after that cursor, whatever was sent before. */
  z.strictObject({ type: z.literal("resume"), sub, seq: cursorSchema }),
  /** Answered with `pong`. */
  z.strictObject({ type: z.literal("ping") }),
  ...streamCommandSchema.options,
]);
export type ClientMessage = z.output<typeof clientMessageSchema>;

/** What the server sends over a WebSocket beside the messages of subscriptions. */
export const controlMessageSchema = z.discriminatedUnion("type", [
  /** The first message. */
  z.object({
    type: z.literal("hello"),
    data: z.object({
      /** In the server's log. */
      connection: z.string(),
      /** A `ping` comes this often; without one for twice as long the connection is dead. */
      heartbeatMs: z.int(),
    }),
  }),
  /** What comes with this `sub` from here on is what comes after the cursor. */
  z.object({
    type: z.literal("subscribed"),
    sub,
    data: z.object({
      topic: z.enum(topics),
      id: z.string().optional(),
      after: z.string().optional(),
    }),
  }),
  z.object({ type: z.literal("unsubscribed"), sub }),
  z.object({ type: z.literal("ping") }),
  z.object({ type: z.literal("pong") }),
  /** What the same request over HTTP answers. */
  z.object({ type: z.literal("result"), id: z.string(), data: z.json() }),
  /** Of a command, a subscription that ended, or a message that could not be read. */
  z.object({
    type: z.literal("error"),
    id: z.string().optional(),
    sub: sub.optional(),
    data: problemSchema,
  }),
]);
export type ControlMessage = z.infer<typeof controlMessageSchema>;

/** Everything that comes over a WebSocket; those of subscriptions to `many` also as arrays. */
export type ServerMessage = ControlMessage | (StreamMessage & { sub: number });

/** The WebSocket subprotocol. A browser, which can set no header, sends `keyProtocol` beside it. */
export const streamProtocol = "flotilla.v1";
/** With an API key behind it: `flotilla.key.<key>`. */
export const keyProtocol = "flotilla.key.";

/** Why the server closed a WebSocket. */
export const closeCodes = {
  /** The server stops; connect again. */
  goingAway: 1001,
  /** The client does not keep to the protocol. */
  protocol: 1008,
  /** A message was longer than 64 KiB. */
  tooLarge: 1009,
  /** The server holds as many connections as it can; come back later. */
  overloaded: 1013,
  /** Who asks is not known any more: signed out, or the key was revoked. */
  unauthenticated: 4401,
  forbidden: 4403,
  /** The client took nothing for too long; connect again and resume after the cursors. */
  stalled: 4408,
  /** Too many messages, or connections of one caller. */
  rateLimited: 4429,
} as const;
