import {
  interruptAnsweringSchema,
  interruptKindSchema,
  pageQuerySchema,
  runIdSchema,
} from "@flotilla/api";
import { agentNameSchema } from "@flotilla/core";
import { z } from "zod";
import { readInterrupt } from "../await-run.ts";
import { jsonResult, mcpTool, queryOf, type McpTool } from "../tool.ts";

const reading = { readOnlyHint: true, openWorldHint: false } as const;
const ref = {
  runId: runIdSchema.describe("The run that asks."),
  interruptId: z.string().min(1).max(64),
};

/** What runs ask of people. */
export const inboxTools: readonly McpTool[] = [
  mcpTool({
    name: "inbox_list",
    title: "List what waits for people",
    description: "Approvals, questions and reviews that runs wait for, the oldest first.",
    input: z.strictObject({
      kind: interruptKindSchema.optional(),
      agent: agentNameSchema.optional(),
      runId: runIdSchema.optional(),
      mine: z.boolean().optional().describe("Only what the caller is asked himself."),
      cursor: pageQuerySchema.shape.cursor,
      limit: z.int().min(1).max(100).default(20),
    }),
    annotations: reading,
    async call(given, { ask }) {
      return jsonResult(await ask({ method: "GET", path: `/inbox${queryOf(given)}` }));
    },
  }),
  mcpTool({
    name: "inbox_get",
    title: "Look at what a run asks",
    description:
      "All that is needed to answer: the exact arguments, their hash, the form, the possible actions.",
    input: z.strictObject(ref),
    annotations: reading,
    call: async ({ runId, interruptId }, call) =>
      jsonResult(await readInterrupt(call, runId, interruptId)),
  }),
  mcpTool({
    name: "inbox_answer",
    title: "Answer what a run asks",
    description:
      "Answers an approval, a question or a review in the caller's name, as far as he is asked. An approval names the hash of what was shown (inbox_get).",
    input: z.strictObject({ ...ref, answer: interruptAnsweringSchema }),
    annotations: {
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: false,
      openWorldHint: true,
    },
    async call({ runId, interruptId, answer }, { ask }) {
      const path = `/runs/${runId}/interrupts/${encodeURIComponent(interruptId)}/answer`;
      return jsonResult(await ask({ method: "POST", path, body: answer }));
    },
  }),
];
