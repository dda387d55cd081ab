import {
  breakerStateSchema,
  jsonObjectSchema,
  labelsSchema,
  toolExampleSchema,
  toolHealthSchema,
  toolReaches,
  toolRisks,
  toolTermsSchema,
} from "@flotilla/core";
import { z } from "zod";
import type { ToolCall, ToolCalled } from "./tool-call.ts";
import type { ToolUsagePage, ToolUsageQuery } from "./tool-usage.ts";
import type { Transport } from "./transport.ts";

export const toolSchema = z.object({
  name: z.string(),
  description: z.string(),
  input: jsonObjectSchema,
  output: jsonObjectSchema,
  /** What a call can do to the world outside the run. */
  risk: z.enum(toolRisks),
  /** Where a call can carry its input. */
  reach: z.enum(toolReaches),
  /** What its results always are. */
  emits: labelsSchema,
  /** What the run may have read when it calls unasked; left out: everything. */
  reads: labelsSchema.optional(),
  /** The engine performs its calls itself. */
  by: z.literal("engine").optional(),
  recovery: z.enum(["idempotent", "reconcile", "unknown"]),
  timeoutMs: z.number(),
  maxAttempts: z.int(),
  ...toolTermsSchema.shape,
  examples: z.array(toolExampleSchema).optional(),
});

/** A tool with how it does in the caller's organisation. */
export const toolItemSchema = toolSchema.extend({
  breaker: breakerStateSchema,
  /** null: it was never called. */
  health: toolHealthSchema.nullable(),
});
export type ToolItem = z.infer<typeof toolItemSchema>;

export const toolListSchema = z.object({ items: z.array(toolItemSchema) });

export const toolParamsSchema = z.object({
  name: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, "not the name of a tool"),
});

export function toolClient(http: Transport) {
  const path = (name: string) => `/tools/${encodeURIComponent(name)}`;
  return {
    list: () => http.json<{ items: ToolItem[] }>("GET", "/tools"),
    /** Closes its breaker: the next call is made. */
    reset: (name: string) => http.json<ToolItem>("POST", `${path(name)}/reset`),
    /** What became of calls of late, by tool. */
    usage: (query: ToolUsageQuery = {}) =>
      http.json<ToolUsagePage>("GET", "/tool-usage", { query: query as never }),
    /** Calls it by hand, and waits for its result. */
    call: (name: string, toolCall: ToolCall, signal?: AbortSignal) =>
      http.json<ToolCalled>("POST", `${path(name)}/calls`, {
        json: toolCall,
        ...(signal && { signal }),
      }),
  };
}
