import { FlotillaError, isTerminal, newId, type Run } from "@flotilla/core";
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { guardedRoute } from "../access/guarded-route.ts";
import { continuedThread, permitHistory } from "../access/permit-history.ts";
import { permittedRun } from "../access/permitted-run.ts";
import type { ApiApp, ServerEnv } from "../app-parts.ts";
import { openAiAnswers } from "../openai/answers.ts";
import { nameRun, streamAnswer, wholeAnswer } from "../openai/answer-run.ts";
import { outerId, runOfResponse } from "../openai/ids.ts";
import { agentOf, startPlan, type Plan } from "../openai/plan.ts";
import type { ResponseHead } from "../openai/response.ts";
import { ResponseAnswer, type ResponseEvent } from "../openai/responses-answer.ts";
import { goingOnPlan, statelessPlan } from "../openai/responses-request.ts";
import { responseRequestSchema, type ResponseRequest } from "../openai/responses-schema.ts";
import { unsupported } from "../openai/error.ts";
import { repeatableField } from "../http/idempotent.ts";
import { jsonBody } from "../openapi.ts";
import { readRun } from "../read-run.ts";
import type { EventStreamParts } from "../streams/event-stream.ts";

const tags = ["openai"];
const params = z.object({ responseId: z.string().max(100) });

const create = guardedRoute("agents.run", {
  [repeatableField]: true,
  method: "post",
  path: "/responses",
  summary: "Run an agent as a model of OpenAI's Responses API",
  tags,
  request: { body: jsonBody(responseRequestSchema) },
  responses: openAiAnswers("The response, or its events.", undefined, true),
});

const get = guardedRoute("runs.read", {
  method: "get",
  path: "/responses/{responseId}",
  summary: "A response as it is now",
  tags,
  request: { params },
  responses: openAiAnswers("The response."),
});

const cancel = guardedRoute("runs.steer", {
  method: "post",
  path: "/responses/{responseId}/cancel",
  summary: "Cancel the run of a response",
  tags,
  request: { params },
  responses: openAiAnswers("The response."),
});

export function openAiResponseRoutes(app: ApiApp, streams: EventStreamParts): void {
  app.openapi(create, async (c) => {
    const body = c.req.valid("json");
    const { runId, agent } = await startPlan(c, agentOf(body.model), () => planOf(c, body));
    nameRun(c, runId);
    const answer = new ResponseAnswer(runId, {
      model: body.model,
      background: body.background === true,
      previousResponseId: body.previous_response_id ?? null,
      finalOnly: agent.spec.output !== undefined || (body.text?.format?.type ?? "text") !== "text",
    });
    const told = { runId, answer };
    if (body.stream === true) return streamAnswer(c, streams, told, frame);
    if (body.background === true) return c.json(await readResponse(c, runId));
    await wholeAnswer(c, streams, told);
    return c.json(answer.response());
  });

  app.openapi(get, async (c) => {
    const runId = runOfResponse(c.req.valid("param").responseId);
    await permittedRun(c, "runs.read", runId);
    return c.json(await readResponse(c, runId));
  });

  app.openapi(cancel, async (c) => {
    const runId = runOfResponse(c.req.valid("param").responseId);
    await permittedRun(c, "runs.steer", runId);
    await c.var.store.runs.cancel(runId, c.var.caller.name, "cancelled by its caller");
    return c.json(await readResponse(c, runId));
  });
}

function frame(event: ResponseEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** From the run's journal alone: what was said of it when it was made need not be known. */
async function readResponse(c: Context<ServerEnv>, runId: string): Promise<object> {
  const { run, events } = await readRun(c.var.store, runId);
  const answer = new ResponseAnswer(runId, headOf(run));
  for (const event of events) answer.push(event);
  return answer.response();
}

function headOf(run: Run): ResponseHead {
  const before = run.history?.kind === "run" ? run.history.runId : undefined;
  return {
    model: `${run.agentName}@${run.agentVersion}`,
    background: true,
    previousResponseId: before === undefined ? null : outerId("resp", before),
    finalOnly: run.request?.output !== undefined,
  };
}

async function planOf(c: Context<ServerEnv>, body: ResponseRequest): Promise<Plan> {
  const { previous_response_id: previous, conversation } = body;
  if (conversation != null) {
    if (previous != null) throw unsupported("conversation", "give it or previous_response_id.");
    const threadId = typeof conversation === "string" ? conversation : conversation.id;
    return planInThread(c, body, threadId);
  }
  return previous == null ? statelessPlan(body) : planAfter(c, body, runOfResponse(previous));
}

/** Goes on in a thread, from its newest run. */
async function planInThread(
  c: Context<ServerEnv>,
  body: ResponseRequest,
  threadId: string,
): Promise<Plan> {
  await continuedThread(c, threadId);
  const [newest] = await c.var.store.threads.messages(threadId, undefined, 1);
  if (newest) return planAfter(c, body, newest.run.runId);
  return { ...goingOnPlan(body, new Map()), threadId };
}

/** Goes on from a run that has ended. The conversation is a thread from then on, and kept as one. */
async function planAfter(
  c: Context<ServerEnv>,
  body: ResponseRequest,
  runId: string,
): Promise<Plan> {
  const { store, parts } = c.var;
  const { status, history } = await store.runs.place(runId);
  await permitHistory(c, runId);
  if (!isTerminal(status)) {
    throw new FlotillaError("conflict", "The response to go on from is not finished.", {
      remedy: "Wait until it is, or cancel it.",
    });
  }
  const { run } = await readRun(store, runId);
  const calls = run.status === "completed" ? (run.calls ?? []) : [];
  const plan = goingOnPlan(body, new Map(calls.map(({ callId, tool }) => [callId, tool])));
  const threadId = await store.threads.adopt(runId, newId("thr", parts.clock.now()));
  return { ...plan, history, threadId };
}
