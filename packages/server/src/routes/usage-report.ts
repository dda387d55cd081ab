import { usagePageSchema, usageQuerySchema } from "@flotilla/api";
import { ownOrganisation } from "../access/attribution.ts";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp } from "../app-parts.ts";
import { jsonAnswers } from "../openapi.ts";
import { decodePlace, pageOf } from "../page.ts";

const get = guardedRoute("costs.read", {
  method: "get",
  path: "/usage",
  summary:
    "Who has used how much: runs, failures, tokens, cost and active days by user, agent or day",
  tags: ["costs"],
  request: { query: usageQuerySchema },
  responses: jsonAnswers("A page of the report: most first, days in order.", usagePageSchema),
});

const place = /^(\d{1,16}) (\d{1,16}) ([^\0]*)$/;

export function usageReportRoutes(app: ApiApp): void {
  app.openapi(get, async (c) => {
    const { by, cursor, limit, ...filter } = c.req.valid("query");
    const [costMicros, runs, key = ""] = decodePlace(cursor, place);
    const after =
      costMicros === undefined
        ? undefined
        : { costMicros: Number(costMicros), runs: Number(runs), key };
    const organisation = ownOrganisation(c.var.caller, filter.organisation);
    const wanted = { ...filter, organisation };
    const items = await c.var.store.costs.usage(by, wanted, { after, limit: limit + 1 });
    const page = pageOf(
      items,
      limit,
      (item) => `${item.costMicros} ${item.runs} ${item.key ?? ""}`,
    );
    return c.json({ by, ...page });
  });
}
