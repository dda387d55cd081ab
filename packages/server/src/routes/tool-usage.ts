import { toolUsagePageSchema, toolUsageQuerySchema } from "@flotilla/api";
import { addToolTimes, toolUsageOf, type ToolTime } from "@flotilla/core";
import { guardedRoute } from "../access/guarded-route.ts";
import { permitted } from "../access/permit.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { jsonAnswers } from "../openapi.ts";
import { pageOfAll } from "../page.ts";

const hourMs = 3_600_000;

const list = guardedRoute("tools.read", {
  method: "get",
  path: "/tool-usage",
  summary:
    "How often tools were called of late, what they took, what they cost and how they failed",
  tags: ["tools"],
  request: { query: toolUsageQuerySchema },
  responses: jsonAnswers("By tool, in the order of their names.", toolUsagePageSchema),
});

export function toolUsageRoutes(app: ApiApp, { clock }: Pick<AppParts, "clock">): void {
  app.openapi(list, async (c) => {
    const shown = await permitted(c, "tools.read");
    const { hours } = c.req.valid("query");
    const times = await c.var.store.tools.usage(new Date(clock.now() - hours * hourMs));
    const byTool = new Map<string, ToolTime>();
    for (const time of times) {
      const before = byTool.get(time.tool);
      byTool.set(time.tool, before ? addToolTimes(before, time) : time);
    }
    const items = [...byTool.values()].filter(({ tool }) => shown(tool)).map(toolUsageOf);
    return c.json(pageOfAll(items, c.req.valid("query"), ({ tool }) => tool));
  });
}
