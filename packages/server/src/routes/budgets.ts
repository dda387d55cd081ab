import {
  budgetListSchema,
  budgetParamsSchema,
  budgetSetSchema,
  longPageQuerySchema,
} from "@flotilla/api";
import { budgetSchema, FlotillaError, newId, type Caller, type NewBudget } from "@flotilla/core";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { pageOfAll } from "../page.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";

const tags = ["budgets"];

const list = guardedRoute("budgets.read", {
  method: "get",
  path: "/budgets",
  summary: "Budgets, with what is spent of them",
  tags,
  request: { query: longPageQuerySchema },
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

export function budgetRoutes(app: ApiApp, { clock }: AppParts): void {
  app.openapi(list, async (c) => {
    const all = await c.var.store.budgets.list();
    return c.json(pageOfAll(all, c.req.valid("query"), ({ id }) => id));
  });

  app.openapi(get, async (c) =>
    c.json(await c.var.store.budgets.get(c.req.valid("param").budgetId)),
  );

  app.openapi(set, async (c) => {
    const { limitUsd, ...given } = c.req.valid("json");
    const limitMicros = Math.ceil(limitUsd * 1_000_000);
    const id = newId("bud", clock.now());
    const organisation = organisationOf(c.var.caller, given);
    return c.json(await c.var.store.budgets.set({ ...given, organisation, limitMicros, id }));
  });

  app.openapi(remove, async (c) => {
    await c.var.store.budgets.remove(c.req.valid("param").budgetId);
    return c.body(null, 204);
  });
}

/**
 * Whose spending counts. Of whoever's it may be is for the operator of the instance: for others a
 * budget that names no organisation is of their own. Throws `forbidden` for another organisation's.
 */
function organisationOf(
  caller: Caller,
  { level, name, organisation }: Pick<NewBudget, "level" | "name" | "organisation">,
): string | null {
  if (caller.instance) return organisation ?? (level === "user" ? caller.organisation : null);
  const said = level === "organisation" ? name : organisation;
  if (said === null || said === caller.organisation) return caller.organisation;
  const message = `The budget would be of ${said}, and the caller is of ${caller.organisation}.`;
  throw new FlotillaError("forbidden", message, {
    remedy: "Name your own organisation, or none where that is possible.",
  });
}
