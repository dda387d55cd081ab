import { agentUsagePageSchema, agentUsageQuerySchema } from "@flotilla/api";
import { guardedRoute } from "../access/guarded-route.ts";
import { permitted } from "../access/permit.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { jsonAnswers } from "../openapi.ts";
import { pageOfAll } from "../page.ts";

const hourMs = 3_600_000;

const list = guardedRoute("runs.read", {
  method: "get",
  path: "/agent-usage",
  summary: "What became of the runs of agents of late, what they took and what they cost",
  tags: ["agents"],
  request: { query: agentUsageQuerySchema },
  responses: jsonAnswers("By agent, in the order of their names.", agentUsagePageSchema),
});

export function agentUsageRoutes(app: ApiApp, { clock }: Pick<AppParts, "clock">): void {
  app.openapi(list, async (c) => {
    const { hours, ...page } = c.req.valid("query");
    const shown = await permitted(c, "runs.read");
    const all = await c.var.store.agents.usage(new Date(clock.now() - hours * hourMs));
    const items = all.filter(({ agent }) => shown(agent));
    return c.json(pageOfAll(items, page, ({ agent }) => agent));
  });
}
