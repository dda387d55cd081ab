import { agentNameSchema } from "@flotilla/core";
import { z } from "@hono/zod-openapi";
import { guardedRoute } from "../access/guarded-route.ts";
import { AgUiRun, type AgUiEvent } from "../ag-ui/ag-ui-run.ts";
import { agUiPlan, runAgentInputSchema } from "../ag-ui/input.ts";
import type { ApiApp } from "../app-parts.ts";
import { nameRun, streamAnswer } from "../openai/answer-run.ts";
import { startPlan } from "../openai/plan.ts";
import { repeatableField } from "../http/idempotent.ts";
import { jsonBody, textAnswers } from "../openapi.ts";
import type { EventStreamParts } from "../streams/event-stream.ts";

const run = guardedRoute("agents.run", {
  [repeatableField]: true,
  method: "post",
  path: "/agents/{name}/ag-ui",
  summary: "Run an agent for a client of the Agent User Interaction Protocol (AG-UI)",
  description: "Takes a RunAgentInput, answers with the protocol's events as server-sent events.",
  tags: ["ag-ui"],
  request: {
    params: z.object({ name: agentNameSchema }),
    query: z.object({ version: z.coerce.number().int().positive().max(1_000_000).optional() }),
    body: jsonBody(runAgentInputSchema),
  },
  responses: textAnswers("The events.", "text/event-stream"),
});

export function agUiRoute(app: ApiApp, streams: EventStreamParts): void {
  app.openapi(run, async (c) => {
    const { name } = c.req.valid("param");
    const { version } = c.req.valid("query");
    const input = c.req.valid("json");
    const { runId } = await startPlan(c, { agent: name, version }, () => agUiPlan(input));
    nameRun(c, runId);
    const answer = new AgUiRun(runId, input);
    return streamAnswer(c, streams, { runId, answer }, frame);
  });
}

function frame(event: AgUiEvent): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}
