import { costsQuerySchema, costsSchema } from "@flotilla/api";
import { ownOrganisation } from "../access/attribution.ts";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp } from "../app-parts.ts";
import { pageOfAll } from "../page.ts";
import { jsonAnswers } from "../openapi.ts";

const get = guardedRoute("costs.read", {
  method: "get",
  path: "/costs",
  summary: "What model calls cost, by agent, model, user, organisation, batch or day",
  tags: ["costs"],
  request: { query: costsQuerySchema },
  responses: jsonAnswers("The costs, complete up to the last call.", costsSchema),
});

export function costRoutes(app: ApiApp): void {
  app.openapi(get, async (c) => {
    const { by, cursor, limit, ...filter } = c.req.valid("query");
    const organisation = ownOrganisation(c.var.caller, filter.organisation);
    const { items, totals } = await c.var.store.costs.read(by, { ...filter, organisation });
    const page = pageOfAll(items, { cursor, limit }, ({ key }) => JSON.stringify(key));
    return c.json({ by, ...page, totals });
  });
}
