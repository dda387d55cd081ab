import {
  batchCreateSchema,
  batchIdSchema,
  batchRowsQuerySchema,
  pageQuerySchema,
} from "@flotilla/api";
import { jsonObjectSchema } from "@flotilla/core";
import { z } from "zod";
import { jsonResult, mcpTool, queryOf, type McpTool } from "../tool.ts";

const reading = { readOnlyHint: true, openWorldHint: false } as const;
const batchId = batchIdSchema.describe("The id of the batch.");
const { name, agent, template, concurrency, budgetUsd } = batchCreateSchema.shape;
const { cursor } = pageQuerySchema.shape;
const limit = z.int().min(1).max(100).default(20);
const mostRows = 10_000;

/** Many runs over rows of input. */
export const batchTools: readonly McpTool[] = [
  mcpTool({
    name: "batch_start",
    title: "Start a batch",
    description:
      "Runs an agent over rows of input. The template is each row's prompt, with {{column}} for its values.",
    input: z.strictObject({
      name,
      agent,
      template,
      rows: z.array(jsonObjectSchema).min(1).max(mostRows),
      concurrency,
      budgetUsd,
      idempotencyKey: z
        .string()
        .regex(/^[!-~]{1,200}$/)
        .optional()
        .describe("A call that is repeated with the same key starts no second batch."),
    }),
    annotations: {
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: false,
      openWorldHint: true,
    },
    async call({ idempotencyKey, ...given }, { ask, key }) {
      const batch = await ask<object>({
        method: "POST",
        path: "/batches",
        body: { ...given, start: true },
        idempotencyKey: idempotencyKey ?? key,
      });
      return jsonResult(batch);
    },
  }),
  mcpTool({
    name: "batch_get",
    title: "Look at a batch",
    description: "How far a batch is, and what it has cost.",
    input: z.strictObject({ batchId }),
    annotations: reading,
    async call(given, { ask }) {
      return jsonResult(await ask({ method: "GET", path: `/batches/${given.batchId}` }));
    },
  }),
  mcpTool({
    name: "batch_rows",
    title: "Read a batch's results",
    description: "A page of a batch's rows with their results, in input order.",
    input: z.strictObject({
      batchId,
      status: batchRowsQuerySchema.shape.status,
      cursor,
      limit,
    }),
    annotations: reading,
    async call({ batchId: id, ...query }, { ask }) {
      return jsonResult(await ask({ method: "GET", path: `/batches/${id}/rows${queryOf(query)}` }));
    },
  }),
  mcpTool({
    name: "batch_list",
    title: "List batches",
    description: "Batches, newest first.",
    input: z.strictObject({ cursor, limit }),
    annotations: reading,
    async call(given, { ask }) {
      return jsonResult(await ask({ method: "GET", path: `/batches${queryOf(given)}` }));
    },
  }),
  mcpTool({
    name: "batch_cancel",
    title: "Cancel a batch",
    description: "Cancels a batch and its runs that have not ended.",
    input: z.strictObject({ batchId }),
    annotations: {
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: true,
      openWorldHint: false,
    },
    async call(given, { ask }) {
      const path = `/batches/${given.batchId}/cancel`;
      return jsonResult(await ask({ method: "POST", path }));
    },
  }),
];
