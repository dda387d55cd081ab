import {
  longPageQuerySchema,
  toolRuleAddSchema,
  toolRulePageSchema,
  toolRuleParamsSchema,
} from "@flotilla/api";
import { newId, toolRuleSchema } from "@flotilla/core";
import { guardedRoute } from "../access/guarded-route.ts";
import { checkPermission } from "../access/permit.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { jsonAnswers, jsonBody, problemAnswers } from "../openapi.ts";
import { pageOfAll } from "../page.ts";

const tags = ["tool rules"];

const list = guardedRoute("tools.read", {
  method: "get",
  path: "/tool-rules",
  summary: "The tool rules of the organisation",
  tags,
  request: { query: longPageQuerySchema },
  responses: jsonAnswers("The rules, oldest first.", toolRulePageSchema),
});

const get = guardedRoute("tools.read", {
  method: "get",
  path: "/tool-rules/{toolRuleId}",
  summary: "A tool rule",
  tags,
  request: { params: toolRuleParamsSchema },
  responses: jsonAnswers("The rule.", toolRuleSchema),
});

const add = guardedRoute("rules.write", {
  method: "post",
  path: "/tool-rules",
  summary: "Say which calls of tools are made, asked about first, or not made",
  tags,
  request: { body: jsonBody(toolRuleAddSchema) },
  responses: jsonAnswers("The rule.", toolRuleSchema, 201),
});

const remove = guardedRoute("interrupts.answer", {
  method: "delete",
  path: "/tool-rules/{toolRuleId}",
  summary: "Remove a tool rule; one that does not allow takes rules.write",
  tags,
  request: { params: toolRuleParamsSchema },
  responses: { 204: { description: "It is removed." }, ...problemAnswers },
});

export function toolRuleRoutes(app: ApiApp, { clock }: Pick<AppParts, "clock">): void {
  app.openapi(list, async (c) =>
    c.json(pageOfAll(await c.var.store.toolRules.list(), c.req.valid("query"), ({ id }) => id)),
  );

  app.openapi(get, async (c) =>
    c.json(await c.var.store.toolRules.get(c.req.valid("param").toolRuleId)),
  );

  app.openapi(add, async (c) => {
    const { store, caller } = c.var;
    const rule = c.req.valid("json");
    // A rule about what is not there would hold for nothing, and whoever mistyped it would not learn it.
    if (rule.runId !== null) await store.runs.get(rule.runId);
    const id = newId("trl", clock.now());
    const added = await store.toolRules.add({ ...rule, id, by: caller.name, interruptId: null });
    return c.json(added, 201);
  });

  app.openapi(remove, async (c) => {
    const { store } = c.var;
    const { id, effect, agent } = await store.toolRules.get(c.req.valid("param").toolRuleId);
    // Who may approve calls may take back that they are made unasked.
    if (effect === "allow") await checkPermission(c, "interrupts.answer", agent ?? undefined);
    else await checkPermission(c, "rules.write");
    await store.toolRules.remove(id);
    return c.body(null, 204);
  });
}
