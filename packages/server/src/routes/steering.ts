import {
  callParamsSchema,
  callPerformSchema,
  runParamsSchema,
  runPauseSchema,
  runSaySchema,
  runWriteSchema,
} from "@flotilla/api";
import { runSummarySchema } from "@flotilla/core";
import { performedCall, withServerTools, writtenTurn } from "@flotilla/engine";
import { guardedRoute } from "../access/guarded-route.ts";
import { permittedRun } from "../access/permitted-run.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";
import { readRun } from "../read-run.ts";
import { runAgent } from "../run-agent.ts";

const tags = ["runs"];
const params = runParamsSchema;
const responses = jsonAnswers("The run.", runSummarySchema);

const pause = guardedRoute("runs.steer", {
  method: "post",
  path: "/runs/{runId}/pause",
  summary: "Pause a run before its next step, once the call that is under way has ended",
  tags,
  request: { params, body: { ...jsonBody(runPauseSchema), required: false } },
  responses,
});

const resume = guardedRoute("runs.steer", {
  method: "post",
  path: "/runs/{runId}/resume",
  summary: "Let a paused run go on",
  tags,
  request: { params },
  responses,
});

const say = guardedRoute("runs.steer", {
  method: "post",
  path: "/runs/{runId}/messages",
  summary: "Say something to a run; its model reads it at its next step",
  tags,
  request: { params, body: jsonBody(runSaySchema) },
  responses,
});

const write = guardedRoute("runs.steer", {
  method: "post",
  path: "/runs/{runId}/turns",
  summary: "Take the model's turn in a paused run: with an answer, or calls of its tools",
  tags,
  request: { params, body: jsonBody(runWriteSchema) },
  responses,
});

const perform = guardedRoute("runs.steer", {
  method: "post",
  path: "/runs/{runId}/calls/{callId}",
  summary: "Perform a call of a paused run in the tool's place; it is not made",
  tags,
  request: { params: callParamsSchema, body: jsonBody(callPerformSchema) },
  responses,
});

export function steeringRoutes(app: ApiApp, parts: AppParts): void {
  app.openapi(pause, async (c) => {
    const { store, caller } = c.var;
    const { runId } = await permittedRun(c, "runs.steer", c.req.valid("param").runId);
    const { reason } = parts.redact.of(caller.organisation).json(c.req.valid("json"));
    await store.runs.pause(runId, caller.name, reason);
    return c.json(await store.runs.get(runId));
  });

  app.openapi(resume, async (c) => {
    const { store, caller } = c.var;
    const { runId } = await permittedRun(c, "runs.steer", c.req.valid("param").runId);
    await store.runs.resume(runId, caller.name);
    return c.json(await store.runs.get(runId));
  });

  app.openapi(say, async (c) => {
    const { store, caller } = c.var;
    const { runId } = await permittedRun(c, "runs.steer", c.req.valid("param").runId);
    const { text } = parts.redact.of(caller.organisation).json(c.req.valid("json"));
    await store.runs.say(runId, { text, by: caller.name });
    return c.json(await store.runs.get(runId));
  });

  app.openapi(write, async (c) => {
    const { store, caller } = c.var;
    const { runId } = await permittedRun(c, "runs.steer", c.req.valid("param").runId);
    const given = parts.redact.of(caller.organisation).json(c.req.valid("json"));
    const { run } = await readRun(store, runId);
    const tools = await parts.tools.of(run);
    const spec = withServerTools(await runAgent(store.agents, run), tools);
    const turn = { ...given, by: caller.name };
    const event = writtenTurn(run, spec, tools, turn, parts.clock.now());
    await store.runs.act(runId, run.seq, event);
    return c.json(await store.runs.get(runId));
  });

  app.openapi(perform, async (c) => {
    const { store, caller } = c.var;
    const { callId, ...of } = c.req.valid("param");
    const { runId } = await permittedRun(c, "runs.steer", of.runId);
    const { output } = parts.redact.of(caller.organisation).json(c.req.valid("json"));
    const { run } = await readRun(store, runId);
    const event = performedCall(run, await parts.tools.of(run), {
      callId,
      output,
      by: caller.name,
    });
    await store.runs.act(runId, run.seq, event);
    return c.json(await store.runs.get(runId));
  });
}
