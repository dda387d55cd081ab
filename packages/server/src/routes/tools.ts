import { toolListSchema } from "@flotilla/api";
import { guardedRoute } from "../access/guarded-route.ts";
import { permitted } from "../access/permit.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { jsonAnswers } from "../openapi.ts";

const list = guardedRoute("tools.read", {
  method: "get",
  path: "/tools",
  summary: "The registered tools, by name",
  tags: ["tools"],
  responses: jsonAnswers("The tools.", toolListSchema),
});

export function toolRoutes(app: ApiApp, { tools }: AppParts): void {
  app.openapi(list, async (c) => {
    const shown = await permitted(c, "tools.read");
    return c.json({ items: tools.list().filter((tool) => shown(tool.name)) });
  });
}
