import {
  commentAddSchema,
  commentPageSchema,
  interruptAnsweringSchema,
  interruptAssignSchema,
  interruptParamsSchema,
  interruptSchema,
  longPageQuerySchema,
} from "@flotilla/api";
import {
  decide,
  FlotillaError,
  interruptCommentSchema,
  mayAnswer,
  mayGive,
  runSummarySchema,
  userOf,
  type InboxItem,
  type Permission,
} from "@flotilla/core";
import type { Context } from "hono";
import { guardedRoute } from "../access/guarded-route.ts";
import { permit } from "../access/permit.ts";
import { answerInterrupts } from "../answer-interrupts.ts";
import type { ApiApp, AppParts, ServerEnv } from "../app-parts.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";
import { pageOfAll } from "../page.ts";
import { readInterrupt } from "../read-interrupt.ts";

const tags = ["inbox"];
const path = "/runs/{runId}/interrupts/{interruptId}";
const params = interruptParamsSchema;

const get = guardedRoute("runs.read", {
  method: "get",
  path,
  summary: "What a run asks a person, with what it is about as the server renders it",
  tags,
  request: { params },
  responses: jsonAnswers("The interrupt.", interruptSchema),
});

const answer = guardedRoute("interrupts.answer", {
  method: "post",
  path: `${path}/answer`,
  summary: "Answer an interrupt of a waiting run",
  tags,
  request: { params, body: jsonBody(interruptAnsweringSchema) },
  responses: jsonAnswers("The run.", runSummarySchema),
});

const assign = guardedRoute("interrupts.answer", {
  method: "put",
  path: `${path}/assignee`,
  summary: "Make one person the only one who may answer",
  tags,
  request: { params, body: jsonBody(interruptAssignSchema) },
  responses: jsonAnswers("The interrupt.", interruptSchema),
});

const comments = guardedRoute("runs.read", {
  method: "get",
  path: `${path}/comments`,
  summary: "What was said about an interrupt, oldest first",
  tags,
  request: { params, query: longPageQuerySchema },
  responses: jsonAnswers("The comments.", commentPageSchema),
});

const comment = guardedRoute("interrupts.answer", {
  method: "post",
  path: `${path}/comments`,
  summary: "Say something about an interrupt",
  tags,
  request: { params, body: jsonBody(commentAddSchema) },
  responses: jsonAnswers("The comment.", interruptCommentSchema, 201),
});

export function interruptRoutes(app: ApiApp, parts: AppParts): void {
  app.openapi(get, async (c) => {
    const item = await permittedInterrupt(c, "runs.read", c.req.valid("param"));
    const tools = await parts.tools.of(c.var.caller);
    return c.json(await readInterrupt({ ...c.var, tools }, item));
  });

  app.openapi(answer, async (c) => {
    const { runId, interruptId } = c.req.valid("param");
    const { store, caller } = c.var;
    await permittedInterrupt(c, "interrupts.answer", { runId, interruptId });
    const given = c.req.valid("json");
    const refs = [{ runId, interruptId }];
    const [refused] = await answerInterrupts({ parts, store, caller }, refs, () => given);
    if (refused) throw refused;
    return c.json(await store.runs.get(runId));
  });

  app.openapi(assign, async (c) => {
    const ref = c.req.valid("param");
    const { store } = c.var;
    const item = await permittedInterrupt(c, "interrupts.answer", ref);
    const { userId } = c.req.valid("json");
    await checkAssignment(c, item, userId);
    const assigned = await store.interrupts.assign(ref, userId);
    const tools = await parts.tools.of(c.var.caller);
    return c.json(await readInterrupt({ ...c.var, tools }, assigned));
  });

  app.openapi(comments, async (c) => {
    const ref = c.req.valid("param");
    await permittedInterrupt(c, "runs.read", ref);
    const all = await c.var.store.interrupts.comments(ref);
    return c.json(pageOfAll(all, c.req.valid("query"), ({ id }) => id));
  });

  app.openapi(comment, async (c) => {
    const ref = c.req.valid("param");
    const { store, caller } = c.var;
    await permittedInterrupt(c, "interrupts.answer", ref);
    const { text } = c.req.valid("json");
    const said = { by: caller.name, userId: userOf(caller) ?? null, text };
    return c.json(await store.interrupts.comment(ref, said), 201);
  });
}

/** An interrupt that the caller sees and has the permission for; access rules name it by its agent. */
async function permittedInterrupt(
  c: Context<ServerEnv>,
  permission: Permission,
  ref: { runId: string; interruptId: string },
): Promise<InboxItem> {
  const item = await c.var.store.interrupts.get(ref);
  await permit(c, permission, item.agentName);
  return item;
}

/** Those who are asked assign it; owners and admins take it from anybody. Throws `forbidden`. */
async function checkAssignment(
  c: Context<ServerEnv>,
  item: InboxItem,
  userId: string | null,
): Promise<void> {
  const { caller, store, parts } = c.var;
  const asked = mayAnswer(caller, item);
  if (!asked.allowed && !mayGive(caller.role, "admin")) {
    const message = `${caller.name} may not assign interrupt ${item.interruptId}: ${asked.reason}.`;
    throw new FlotillaError("forbidden", message);
  }
  if (userId === null) return;
  const { role } = await store.members.get(userId);
  const { organisation, environment } = caller;
  const base = { kind: "user", organisation, environment, instance: false } as const;
  const rules = await parts.access.rules(organisation);
  const assignee = { ...base, id: userId, name: userId, role };
  const may = decide(assignee, "interrupts.answer", rules, item.agentName);
  if (may.allowed) return;
  const message = `${userId} may not answer interrupt ${item.interruptId}: ${may.reason}.`;
  throw new FlotillaError("invalid_request", message, {
    remedy: "Assign it to somebody who has interrupts.answer.",
  });
}
