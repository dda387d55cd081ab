import {
  hookBodySchema,
  hookParamsSchema,
  hookTakenSchema,
  longPageQuerySchema,
  triggerListSchema,
  triggerMadeSchema,
  triggerParamsSchema,
  triggerSetSchema,
  triggerStartPageSchema,
  triggerStartQuerySchema,
} from "@flotilla/api";
import { FlotillaError, newId, type Trigger } from "@flotilla/core";
import { startableAgent } from "@flotilla/engine";
import type { Context } from "hono";
import { guardedRoute } from "../access/guarded-route.ts";
import { permit } from "../access/permit.ts";
import { permittedBatch } from "../access/permitted-batch.ts";
import type { ApiApp, AppParts, ServerEnv } from "../app-parts.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";
import { decodeCursor, pageOf, pageOfAll } from "../page.ts";
import { checkHook } from "../triggers/check-hook.ts";
import { ownTriggerCredential, setTrigger, withAddress } from "../triggers/set-trigger.ts";

const tags = ["triggers"];
const params = triggerParamsSchema;

const list = guardedRoute("triggers.read", {
  method: "get",
  path: "/triggers",
  summary: "Triggers, by name",
  tags,
  request: { query: longPageQuerySchema },
  responses: jsonAnswers("The triggers.", triggerListSchema),
});

const get = guardedRoute("triggers.read", {
  method: "get",
  path: "/triggers/{name}",
  summary: "A trigger, with the address of its webhook",
  tags,
  request: { params },
  responses: jsonAnswers("The trigger.", triggerMadeSchema),
});

const set = guardedRoute("triggers.write", {
  method: "put",
  path: "/triggers/{name}",
  summary: "Set a trigger, in place of the one of that name",
  tags,
  request: { params, body: jsonBody(triggerSetSchema) },
  responses: jsonAnswers(
    "The trigger, with its secret if that was made now: it is not shown again.",
    triggerMadeSchema,
  ),
});

const remove = guardedRoute("triggers.write", {
  method: "delete",
  path: "/triggers/{name}",
  summary: "Remove a trigger with its history; what it has started goes on",
  tags,
  request: { params },
  responses: { 204: { description: "It is removed." } },
});

const starts = guardedRoute("triggers.read", {
  method: "get",
  path: "/triggers/{name}/starts",
  summary: "What became of a trigger's occasions, newest first",
  tags,
  request: { params, query: triggerStartQuerySchema },
  responses: jsonAnswers("A page of them.", triggerStartPageSchema),
});

const hook = guardedRoute("public", {
  method: "post",
  path: "/hooks/{triggerId}",
  summary: "Where a trigger's webhook is sent, signed; each delivery starts something once",
  tags,
  request: { params: hookParamsSchema, body: jsonBody(hookBodySchema) },
  responses: jsonAnswers("It is kept, and starts what the trigger says.", hookTakenSchema, 202),
});

export function triggerRoutes(app: ApiApp, parts: AppParts): void {
  app.openapi(list, async (c) => {
    const all = await c.var.store.triggers.list();
    return c.json(pageOfAll(all, c.req.valid("query"), ({ id }) => id));
  });

  app.openapi(get, async (c) => {
    const trigger = await c.var.store.triggers.get(c.req.valid("param").name);
    return c.json(withAddress(parts, trigger));
  });

  app.openapi(set, async (c) => {
    const { name } = c.req.valid("param");
    const { store, caller } = c.var;
    const given = parts.redact.of(caller.organisation).json(c.req.valid("json"));
    await permitStart(c, parts, given.start, name);
    if (given.source.kind === "webhook" && given.source.credential !== undefined) {
      await permit(c, "credentials.use", given.source.credential);
    }
    c.set("resource", `triggers/${name}`);
    c.header("cache-control", "no-store");
    return c.json(await setTrigger(parts, store, caller, name, given));
  });

  app.openapi(remove, async (c) => {
    const { name } = c.req.valid("param");
    await c.var.store.triggers.remove(name);
    await c.var.store.credentials.remove(ownTriggerCredential(name));
    return c.body(null, 204);
  });

  app.openapi(starts, async (c) => {
    const { name } = c.req.valid("param");
    const { cursor, limit } = c.req.valid("query");
    await c.var.store.triggers.get(name);
    const before = decodeCursor(cursor, /^trs_[0-9a-z]{26}$/);
    const found = await c.var.store.triggers.starts({ trigger: name, before, limit: limit + 1 });
    return c.json(pageOf(found, limit, ({ id }) => id));
  });

  hookRoute(app, parts);
}

function hookRoute(app: ApiApp, parts: AppParts): void {
  const { store, vault, clock, triggers } = parts;
  app.openapi(hook, async (c) => {
    const { triggerId } = c.req.valid("param");
    const trigger = await store.triggers.find(triggerId);
    if (!trigger || !isOpen(trigger)) {
      throw new FlotillaError("not_found", `There is no trigger ${triggerId} to send to.`);
    }
    const sent = { header: (name: string) => c.req.header(name), body: await c.req.text() };
    const credentials = vault.credentials;
    const checked = await checkHook({ credentials, clock }, trigger, sent);
    const received = { id: newId("trs", clock.now()), ...checked };
    const { id, isNew } = await store.triggers.receive(trigger, received);
    // Should this fail, or the server die here, another one does it.
    const pending = await store.triggers.pendingOne(id);
    if (pending) await triggers.fire(pending);
    const start = await store.triggers.startOf(id);
    const { runId = null, batchId = null } = start ?? {};
    return c.json({ runId, batchId, duplicate: !isNew }, 202);
  });
}

type Webhook = Trigger & { source: Extract<Trigger["source"], { kind: "webhook" }> };

function isOpen(trigger: Trigger): trigger is Webhook {
  return trigger.enabled && trigger.source.kind === "webhook";
}

/** Whether the caller may start this himself: better known before it is. */
async function permitStart(
  c: Context<ServerEnv>,
  { router }: Pick<AppParts, "router">,
  start: Trigger["start"],
  name: string,
): Promise<void> {
  const { store, caller } = c.var;
  await permit(c, "agents.run", start.agent);
  if (start.kind === "batch") {
    await permit(c, "batches.write", start.name ?? name);
    await permit(c, "batches.steer", start.name ?? name);
    if (start.rowsOf !== undefined) await permittedBatch(c, "batches.read", start.rowsOf);
  }
  const agent = await startableAgent(store, start.agent, start.version);
  router.check(agent.spec.model, caller);
}
