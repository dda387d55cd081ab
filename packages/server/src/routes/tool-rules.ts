import {
  longPageQuerySchema,
  policyPreviewPageSchema,
  policyPreviewSchema,
  toolCallSketchSchema,
  toolRuleAddSchema,
  toolRulePageSchema,
  toolRuleParamsSchema,
  toolVerdictSchema,
} from "@flotilla/api";
import { newId, toolRuleSchema } from "@flotilla/core";
import { guardedRoute } from "../access/guarded-route.ts";
import { checkPermission } from "../access/permit.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { decideSketch } from "../decide-sketch.ts";
import { jsonAnswers, jsonBody, problemAnswers } from "../openapi.ts";
import { pageOfAll } from "../page.ts";
import { previewPolicy } from "../preview-policy.ts";
import { editToolRules } from "../save-tool-rules.ts";

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

const change = guardedRoute("rules.write", {
  method: "put",
  path: "/tool-rules/{toolRuleId}",
  summary: "Replace a tool rule",
  tags,
  request: { params: toolRuleParamsSchema, body: jsonBody(toolRuleAddSchema) },
  responses: jsonAnswers("The rule.", toolRuleSchema),
});

const remove = guardedRoute("interrupts.answer", {
  method: "delete",
  path: "/tool-rules/{toolRuleId}",
  summary: "Remove a tool rule; one that does not allow takes rules.write",
  tags,
  request: { params: toolRuleParamsSchema },
  responses: { 204: { description: "It is removed." }, ...problemAnswers },
});

const verdict = guardedRoute("tools.read", {
  method: "post",
  path: "/tool-rules/decide",
  summary: "What would become of a call, and why? Nothing is called",
  tags,
  request: { body: jsonBody(toolCallSketchSchema) },
  responses: jsonAnswers("The decision.", toolVerdictSchema),
});

const preview = guardedRoute("runs.read", {
  method: "post",
  path: "/tool-rules/preview",
  summary: "Which calls of real runs would other rules decide otherwise?",
  tags,
  request: { body: jsonBody(policyPreviewSchema) },
  responses: jsonAnswers("The calls, of the newest run first.", policyPreviewPageSchema),
});

export function toolRuleRoutes(app: ApiApp, parts: AppParts): void {
  const { clock } = parts;
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
    const begun = [{ ...rule, id, interruptId: null }];
    const edit = { begun, ended: [], by: caller.name, note: rule.note };
    const tools = await parts.tools.of(caller);
    await editToolRules({ store, tools }, edit);
    return c.json(await store.toolRules.get(id), 201);
  });

  app.openapi(change, async (c) => {
    const { store, caller } = c.var;
    const rule = c.req.valid("json");
    const { id } = await store.toolRules.get(c.req.valid("param").toolRuleId);
    if (rule.runId !== null) await store.runs.get(rule.runId);
    const begun = [{ ...rule, id, interruptId: null }];
    const edit = { begun, ended: [id], by: caller.name, note: rule.note };
    const tools = await parts.tools.of(caller);
    await editToolRules({ store, tools }, edit);
    return c.json(await store.toolRules.get(id));
  });

  app.openapi(remove, async (c) => {
    const { store, caller } = c.var;
    const { id, effect, agent } = await store.toolRules.get(c.req.valid("param").toolRuleId);
    // Who may approve calls may take back that they are made unasked.
    if (effect === "allow") await checkPermission(c, "interrupts.answer", agent ?? undefined);
    else await checkPermission(c, "rules.write");
    const edit = { begun: [], ended: [id], by: caller.name, note: null };
    const tools = await parts.tools.of(caller);
    await editToolRules({ store, tools }, edit);
    return c.body(null, 204);
  });

  app.openapi(verdict, async (c) =>
    c.json(
      await decideSketch(
        { ...parts, tools: await parts.tools.of(c.var.caller), store: c.var.store },
        c.req.valid("json"),
      ),
    ),
  );

  app.openapi(preview, async (c) => {
    await checkPermission(c, "tools.read");
    return c.json(await previewPolicy(c, c.req.valid("json")));
  });
}
