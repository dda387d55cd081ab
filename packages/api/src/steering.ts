import { jsonSchema } from "@flotilla/core";
import { z } from "zod";
import { storableText } from "./bounds.ts";
import { runIdSchema } from "./run.ts";

const longestText = 100_000;
const reason = storableText.max(2_000).optional();

export const callParamsSchema = z.object({
  runId: runIdSchema,
  callId: z.string().regex(/^[a-z0-9-]{1,64}$/i, "not a call's id"),
});

export const runPauseSchema = z.strictObject({ reason });
export type RunPause = z.input<typeof runPauseSchema>;

export const runSaySchema = z.strictObject({ text: storableText.min(1).max(longestText) });
export type RunSay = z.input<typeof runSaySchema>;

/** The model's turn: a text, calls of the run's tools, or both. Without calls the text is the answer. */
export const runWriteSchema = z
  .strictObject({
    text: storableText.max(longestText).default(""),
    calls: z
      .array(z.strictObject({ tool: z.string().min(1).max(200), input: jsonSchema }))
      .max(50)
      .default([]),
  })
  .refine(({ text, calls }) => text !== "" || calls.length > 0, {
    error: "say something, or call a tool",
  });
export type RunWrite = z.input<typeof runWriteSchema>;

/** What a call would have answered. */
export const callPerformSchema = z.strictObject({ output: jsonSchema });
export type CallPerform = z.input<typeof callPerformSchema>;
