import { budgetListSchema, budgetParamsSchema, budgetSetSchema } from "@flotilla/api";
import { budgetSchema, newId } from "@flotilla/core";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";

const tags = ["budgets"];

const list = guardedRoute("budgets.read", {
  method: "get",
  path: "/budgets",
  summary: "Budgets, with what is spent of them",
  tags,
  responses: jsonAnswers("The budgets.", budgetListSchema),
});

const get = guardedRoute("budgets.read", {
  method: "get",
  path: "/budgets/{budgetId}",
  summary: "A budget, with what is spent of it",
  tags,
  request: { params: budgetParamsSchema },
  responses: jsonAnswers("The budget.", budgetSchema),
});

const set = guardedRoute("budgets.write", {
  method: "put",
  path: "/budgets",
  summary: "Set a budget, in place of that of the same level, name, organisation and period",
  tags,
  request: { body: jsonBody(budgetSetSchema) },
  responses: jsonAnswers("The budget.", budgetSchema),
});

const remove = guardedRoute("budgets.write", {
  method: "delete",
  path: "/budgets/{budgetId}",
  summary: "Remove a budget; what it stopped goes on",
  tags,
  request: { params: budgetParamsSchema },
  responses: { 204: { description: "It is removed." } },
});

export function budgetRoutes(app: ApiApp, { store, clock }: AppParts): void {
  app.openapi(list, async (c) => c.json({ items: await store.budgets.list() }));

  app.openapi(get, async (c) => c.json(await store.budgets.get(c.req.valid("param").budgetId)));

  app.openapi(set, async (c) => {
    const { limitUsd, ...given } = c.req.valid("json");
    const limitMicros = Math.ceil(limitUsd * 1_000_000);
    const id = newId("bud", clock.now());
    return c.json(await store.budgets.set({ ...given, limitMicros, id }));
  });

  app.openapi(remove, async (c) => {
    await store.budgets.remove(c.req.valid("param").budgetId);
    return c.body(null, 204);
  });
}
