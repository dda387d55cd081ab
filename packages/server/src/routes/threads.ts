import {
  threadChangeSchema,
  threadCreateSchema,
  threadListQuerySchema,
  threadPageSchema,
  threadParamsSchema,
  threadQuerySchema,
  threadSendSchema,
  threadWithMessagesSchema,
} from "@flotilla/api";
import { FlotillaError, newId, runSummarySchema, startedBy, threadSchema } from "@flotilla/core";
import { runOf, startableAgent } from "@flotilla/engine";
import type { Context } from "hono";
import type { z } from "zod";
import { guardedRoute } from "../access/guarded-route.ts";
import { attribution } from "../access/attribution.ts";
import { permit, permitted } from "../access/permit.ts";
import { continuedThread, permitHistory } from "../access/permit-history.ts";
import { permittedRun } from "../access/permitted-run.ts";
import { deletableThread, permittedThread } from "../access/permitted-thread.ts";
import type { ApiApp, ServerEnv } from "../app-parts.ts";
import { attach } from "../attach.ts";
import { jsonAnswers, jsonBody, problemAnswers } from "../openapi.ts";
import { decodeCursor, decodePlace, pageOf } from "../page.ts";

const tags = ["threads"];

const create = guardedRoute("threads.write", {
  method: "post",
  path: "/threads",
  summary: "Begin a thread: a conversation that runs append to",
  tags,
  request: { body: jsonBody(threadCreateSchema) },
  responses: jsonAnswers("The thread.", threadSchema, 201),
});

const list = guardedRoute("threads.read", {
  method: "get",
  path: "/threads",
  summary: "Threads, those written to last first",
  tags,
  request: { query: threadListQuerySchema },
  responses: jsonAnswers("A page of threads.", threadPageSchema),
});

const get = guardedRoute("threads.read", {
  method: "get",
  path: "/threads/{threadId}",
  summary: "A thread with a page of its messages, newest first, each with the run that answers it",
  tags,
  request: { params: threadParamsSchema, query: threadQuerySchema },
  responses: jsonAnswers("The thread.", threadWithMessagesSchema),
});

const send = guardedRoute("agents.run", {
  method: "post",
  path: "/threads/{threadId}/messages",
  summary: "Say something in a thread: starts a run that goes on from the one before",
  description:
    "409 while a run of the thread is under way, unless `queue` is set: the run then waits for it.",
  tags,
  request: { params: threadParamsSchema, body: jsonBody(threadSendSchema) },
  responses: jsonAnswers("The run is durable.", runSummarySchema, 201),
});

const change = guardedRoute("threads.write", {
  method: "patch",
  path: "/threads/{threadId}",
  summary: "Change a thread's title, agent or metadata, archive it or take it back",
  tags,
  request: { params: threadParamsSchema, body: jsonBody(threadChangeSchema) },
  responses: jsonAnswers("The thread.", threadSchema),
});

const remove = guardedRoute("threads.write", {
  method: "delete",
  path: "/threads/{threadId}",
  summary: "Delete a thread with its runs and what they have made",
  tags,
  request: { params: threadParamsSchema },
  responses: { 204: { description: "It is gone." }, ...problemAnswers },
});

export function threadRoutes(app: ApiApp): void {
  app.openapi(create, async (c) => {
    const { agent, title = "", metadata = {} } = c.req.valid("json");
    const { store } = c.var;
    await permit(c, "threads.write", agent ?? "");
    if (agent !== undefined) await startableAgent(store, agent);
    const thread = {
      id: newId("thr", c.var.parts.clock.now()),
      agent: agent ?? null,
      title,
      metadata,
    };
    return c.json(await store.threads.create(thread), 201);
  });

  app.openapi(list, async (c) => {
    const { cursor, limit, archived, search } = c.req.valid("query");
    const [updatedAt, id] = decodePlace(cursor, listPlace);
    const before = updatedAt !== undefined && id !== undefined ? { updatedAt, id } : undefined;
    const filter = { archived: archived === "true", search, before, limit: limit + 1 };
    const found = await c.var.store.threads.list(filter);
    const page = pageOf(found, limit, (one) => `${one.updatedAt} ${one.id}`);
    const shown = await permitted(c, "threads.read");
    return c.json({ ...page, items: page.items.filter((thread) => shown(thread.agent ?? "")) });
  });

  app.openapi(get, async (c) => {
    const { threadId } = c.req.valid("param");
    const { cursor, limit, upTo } = c.req.valid("query");
    const { threads } = c.var.store;
    const thread = await permittedThread(c, "threads.read", threadId);
    const from = decodeCursor(cursor, /^run_[0-9a-z]{26}$/) ?? upTo;
    const found = await threads.messages(threadId, from, limit + 1);
    const page = pageOf(found, limit, ({ after }) => after ?? "");
    const shown = await permitted(c, "runs.read");
    const items = page.items.filter(({ run }) => shown(run.agentName));
    return c.json({ ...thread, messages: { ...page, items } });
  });

  app.openapi(send, async (c) => {
    const { threadId } = c.req.valid("param");
    // People paste keys.
    const redact = c.var.parts.redact.of(c.var.caller.organisation);
    const runId = await say(c, threadId, redact.json(c.req.valid("json")));
    return c.json(await c.var.store.runs.get(runId), 201);
  });

  app.openapi(change, async (c) => {
    const { threadId } = c.req.valid("param");
    const changed = c.req.valid("json");
    const { store } = c.var;
    await permittedThread(c, "threads.write", threadId);
    if (changed.agent) await permit(c, "threads.write", changed.agent);
    if (changed.agent) await startableAgent(store, changed.agent);
    return c.json(await store.threads.change(threadId, changed));
  });

  app.openapi(remove, async (c) => {
    const { threadId } = c.req.valid("param");
    await deletableThread(c, threadId);
    const runIds = await c.var.store.threads.delete(threadId);
    await c.var.parts.artifacts.deleteOf(runIds);
    return c.body(null, 204);
  });
}

const listPlace = /^(\d{4}-\d\d-\d\dT[\d:.]{12}Z) (thr_[0-9a-z]{26})$/;

/** Starts the run that answers a message; returns its id. */
async function say(
  c: Context<ServerEnv>,
  threadId: string,
  message: z.output<typeof threadSendSchema>,
): Promise<string> {
  const { store, parts, caller } = c.var;
  const { text, version, model, after, attachments, queue, user } = message;
  const thread = await continuedThread(c, threadId);
  const name = message.agent ?? thread.agent;
  if (name === null) {
    throw new FlotillaError(
      "invalid_request",
      "The thread has no agent, and neither the message.",
      {
        remedy: "Name the agent that is to answer.",
      },
    );
  }
  await permit(c, "agents.run", name);
  const agent = await startableAgent(store, name, version);
  parts.router.check(model ?? agent.spec.model, caller);
  const [newest] = after === undefined ? await store.threads.messages(threadId, undefined, 1) : [];
  const before = after ?? newest?.run.runId;
  if (before !== undefined) await permitHistory(c, before);
  const { organisation, environment } = caller;
  const whose = attribution(caller, { user });
  const run = runOf(agent, {
    input: { text },
    ...whose,
    startedBy: startedBy(caller),
    ...(model !== undefined && { request: { model } }),
  });
  if (attachments.length > 0) {
    const { runId } = run;
    const attached = await attach(
      { artifacts: parts.artifacts, kept: (id) => keptArtifact(c, id) },
      { runId, organisation, environment },
      attachments,
    );
    run.input.attachments = attached.attachments;
    if (attached.labels.length > 0) run.labels = attached.labels;
  }
  try {
    await store.threads.continue({ threadId, after, queue, run });
  } catch (error) {
    if (attachments.length > 0) {
      await store.threads.detach(run.runId);
      await parts.artifacts.deleteOf([run.runId]);
    }
    throw error;
  }
  return run.runId;
}

/** Throws `not_found` for an artifact of a run that the caller may not read. */
async function keptArtifact(c: Context<ServerEnv>, id: string) {
  const artifact = await c.var.store.artifacts.get(id);
  await permittedRun(c, "runs.read", artifact.runId);
  return { artifact, content: await c.var.parts.artifacts.read(id) };
}
