import { toolRuleHitPageSchema, toolRuleHitsQuerySchema } from "@flotilla/api";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { jsonAnswers } from "../openapi.ts";
import { pageOfAll } from "../page.ts";

const dayMs = 86_400_000;

const list = guardedRoute("tools.read", {
  method: "get",
  path: "/tool-rule-hits",
  summary: "How often each tool rule has decided about calls of runs of late",
  tags: ["tool rules"],
  request: { query: toolRuleHitsQuerySchema },
  responses: jsonAnswers("By rule.", toolRuleHitPageSchema),
});

export function toolRuleHitRoutes(app: ApiApp, { clock }: Pick<AppParts, "clock">): void {
  app.openapi(list, async (c) => {
    const { days, ...page } = c.req.valid("query");
    const hits = await c.var.store.tools.ruleHits(new Date(clock.now() - days * dayMs));
    return c.json(pageOfAll(hits, page, ({ ruleId }) => ruleId));
  });
}
