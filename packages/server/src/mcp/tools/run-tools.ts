import { runIdSchema, runListQuerySchema } from "@flotilla/api";
import type { RunSummary } from "@flotilla/core";
import { z } from "zod";
import { awaitRun, describeRun, standingOf } from "../await-run.ts";
import { jsonResult, mcpTool, queryOf, type McpTool } from "../tool.ts";

const reading = { readOnlyHint: true, openWorldHint: false } as const;
const runId = runIdSchema.describe("The id of the run.");
const { status, agent, cursor } = runListQuerySchema.shape;

/** What can be done with runs that there are. */
export const runTools: readonly McpTool[] = [
  mcpTool({
    name: "run_wait",
    title: "Wait for a run",
    description: "Waits until a run has ended or somebody is needed, and gives what it came to.",
    input: z.strictObject({ runId }),
    annotations: reading,
    async call(given, call) {
      if (call.goesOn) return awaitRun(call, call.goesOn.place);
      const run = await standingOf(call, given.runId);
      return awaitRun(call, { runId: run.runId, seq: call.after ?? run.seq });
    },
  }),
  mcpTool({
    name: "run_get",
    title: "Look at a run",
    description: "How a run stands, and what it came to.",
    input: z.strictObject({ runId }),
    annotations: reading,
    call: (given, call) => describeRun(call, given.runId),
  }),
  mcpTool({
    name: "run_list",
    title: "List runs",
    description: "Runs, newest first.",
    input: z.strictObject({
      status,
      agent,
      cursor,
      limit: z.int().min(1).max(100).default(20),
    }),
    annotations: reading,
    async call(given, { ask }) {
      return jsonResult(await ask({ method: "GET", path: `/runs${queryOf(given)}` }));
    },
  }),
  mcpTool({
    name: "run_cancel",
    title: "Cancel a run",
    description: "Cancels a run that has not ended.",
    input: z.strictObject({ runId, reason: z.string().min(1).max(2_000).optional() }),
    annotations: {
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: true,
      openWorldHint: false,
    },
    async call(given, { ask }) {
      const { reason } = given;
      const path = `/runs/${given.runId}/cancel`;
      return jsonResult(
        await ask<RunSummary>({ method: "POST", path, body: { ...(reason && { reason }) } }),
      );
    },
  }),
];
