import {
  policyCheckSchema,
  policyDecisionSchema,
  ruleListSchema,
  ruleParamsSchema,
  ruleSetSchema,
  longPageQuerySchema,
} from "@flotilla/api";
import {
  FlotillaError,
  accessRuleSchema,
  decide,
  environments,
  newId,
  type Caller,
  type RuleSubject,
} from "@flotilla/core";
import type { Context } from "hono";
import type { z } from "zod";
import { guardedRoute } from "../access/guarded-route.ts";
import { checkPermission } from "../access/permit.ts";
import type { ApiApp, AppParts, ServerEnv } from "../app-parts.ts";
import { pageOfAll } from "../page.ts";
import { jsonAnswers, jsonBody, problemAnswers } from "../openapi.ts";

const tags = ["rules"];

const list = guardedRoute("rules.read", {
  method: "get",
  path: "/rules",
  summary: "The access rules of the organisation",
  tags,
  request: { query: longPageQuerySchema },
  responses: jsonAnswers("The rules, oldest first.", ruleListSchema),
});

const get = guardedRoute("rules.read", {
  method: "get",
  path: "/rules/{ruleId}",
  summary: "An access rule",
  tags,
  request: { params: ruleParamsSchema },
  responses: jsonAnswers("The rule.", accessRuleSchema),
});

const add = guardedRoute("rules.write", {
  method: "post",
  path: "/rules",
  summary: "Add an access rule: an exception from what the roles may",
  tags,
  request: { body: jsonBody(ruleSetSchema) },
  responses: jsonAnswers("The rule.", accessRuleSchema, 201),
});

const change = guardedRoute("rules.write", {
  method: "put",
  path: "/rules/{ruleId}",
  summary: "Replace an access rule",
  tags,
  request: { params: ruleParamsSchema, body: jsonBody(ruleSetSchema) },
  responses: jsonAnswers("The rule.", accessRuleSchema),
});

const remove = guardedRoute("rules.write", {
  method: "delete",
  path: "/rules/{ruleId}",
  summary: "Remove an access rule",
  tags,
  request: { params: ruleParamsSchema },
  responses: { 204: { description: "It is removed." }, ...problemAnswers },
});

const check = guardedRoute("signed-in", {
  method: "post",
  path: "/policy/check",
  summary: "May somebody do something, and why? Nothing is done; of others it takes rules.read",
  tags,
  request: { body: jsonBody(policyCheckSchema) },
  responses: jsonAnswers("The decision.", policyDecisionSchema),
});

export function ruleRoutes(app: ApiApp, { clock }: Pick<AppParts, "clock">): void {
  app.openapi(list, async (c) =>
    c.json(pageOfAll(await c.var.store.rules.list(), c.req.valid("query"), ({ id }) => id)),
  );

  app.openapi(get, async (c) => c.json(await c.var.store.rules.get(c.req.valid("param").ruleId)));

  app.openapi(add, async (c) => {
    const rule = { ...c.req.valid("json"), id: newId("rul", clock.now()) };
    await checkPermission(c, rule.permission);
    await checkSubject(c, rule.who);
    return c.json(await c.var.store.rules.set(rule), 201);
  });

  app.openapi(change, async (c) => {
    const { id } = await c.var.store.rules.get(c.req.valid("param").ruleId);
    const rule = { ...c.req.valid("json"), id };
    await checkPermission(c, rule.permission);
    await checkSubject(c, rule.who);
    return c.json(await c.var.store.rules.set(rule));
  });

  app.openapi(remove, async (c) => {
    const { id, permission } = await c.var.store.rules.get(c.req.valid("param").ruleId);
    await checkPermission(c, permission);
    await c.var.store.rules.remove(id);
    return c.body(null, 204);
  });

  app.openapi(check, async (c) => {
    const question = c.req.valid("json");
    const who = await asked(c, question);
    const rules = await c.var.parts.access.rules(who.organisation);
    return c.json(decide(who, question.permission, rules, question.resource));
  });
}

/**
 * Throws `not_found` for a rule about somebody who is not here: it would hold for nobody, and whoever
 * mistyped an id would not learn it.
 */
async function checkSubject(c: Context<ServerEnv>, who: RuleSubject): Promise<void> {
  const { caller, store, parts } = c.var;
  if (who.kind === "user") await store.members.get(who.id);
  if (who.kind !== "key") return;
  const { organisation } = caller;
  const found = await Promise.allSettled(
    environments.map((environment) =>
      parts.store.tenant({ organisation, environment }).keys.get(who.id),
    ),
  );
  if (found.every(({ status }) => status === "rejected")) {
    throw new FlotillaError("not_found", `There is no key ${who.id} in ${organisation}.`, {
      remedy: "List the keys of each environment: `flotilla keys`.",
    });
  }
}

/** Whom a question is about, as the caller he would be. Throws `not_found` for no member. */
async function asked(
  c: Context<ServerEnv>,
  { who, environment = c.var.caller.environment }: z.infer<typeof policyCheckSchema>,
): Promise<Caller> {
  const { caller, store } = c.var;
  if (!who) return { ...caller, environment };
  await checkPermission(c, "rules.read");
  const { organisation } = caller;
  const base = { kind: "user", organisation, environment, instance: false } as const;
  if (who.kind === "role") return { ...base, id: "", name: `the role ${who.role}`, role: who.role };
  const { role } = await store.members.get(who.id);
  return { ...base, id: who.id, name: who.id, role };
}
