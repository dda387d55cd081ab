import { z } from "zod";
import { batchStatusSchema } from "./batch.ts";
import { budgetLevelSchema } from "./budget.ts";
import { interruptKinds } from "./interrupt.ts";

/** When it became so. */
const at = z.iso.datetime();

/** What may be new for somebody: what asks for a decision of his, what became of what he began, and what stops the work of all. */
export const newsItemSchema = z.discriminatedUnion("kind", [
  /** Waits for him; as long as it does, it is told. */
  z.object({
    kind: z.literal("decision"),
    at,
    runId: z.string(),
    interruptId: z.string(),
    asks: z.enum(interruptKinds),
    prompt: z.string(),
    agentName: z.string(),
  }),
  /** Runs of his that ended alike: several are told as one. */
  z.object({
    kind: z.literal("runs"),
    /** Of the newest. */
    at,
    status: z.enum(["completed", "failed"]),
    agentName: z.string(),
    count: z.int().positive(),
    /** The newest: its id, the beginning of its input, and why it failed. */
    runId: z.string(),
    input: z.string(),
    error: z.string().nullable(),
  }),
  /** A batch of his that has ended. */
  z.object({
    kind: z.literal("batch"),
    at,
    batchId: z.string(),
    name: z.string(),
    status: batchStatusSchema.extract(["completed", "cancelled"]),
    rows: z.int().nonnegative(),
  }),
  /** A budget of which the part that is to be told is spent, or all of it. */
  z.object({
    kind: z.literal("budget"),
    at,
    budgetId: z.string(),
    level: z.enum([...budgetLevelSchema.options, "batch"]),
    /** The organisation, user, agent, model or batch. */
    name: z.string(),
    state: z.enum(["alert", "spent"]),
    alertPercent: z.int(),
  }),
  /** Somebody has to sign in at an MCP server: until then its tools fail. */
  z.object({ kind: z.literal("signIn"), at, serverId: z.string(), server: z.string() }),
  /** Tools of an MCP server say something else than what was approved: they are held back. */
  z.object({
    kind: z.literal("tools"),
    at,
    serverId: z.string(),
    server: z.string(),
    tools: z.array(z.string()),
  }),
]);
export type NewsItem = z.infer<typeof newsItemSchema>;
export type NewsKind = NewsItem["kind"];

/** What is new for somebody in one environment of an organisation. */
export const newsSchema = z.object({
  /** The newest first: what happened in the last week, and what still waits. */
  newest: z.array(newsItemSchema),
  /** How many of them he has not seen. */
  unseen: z.int().nonnegative(),
  /** He has seen what is not newer; null: nothing yet. */
  seenUntil: at.nullable(),
});
export type News = z.infer<typeof newsSchema>;
