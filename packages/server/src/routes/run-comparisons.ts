import { comparisonParamsSchema } from "@flotilla/api";
import { compareRuns, runComparisonSchema } from "@flotilla/core";
import { guardedRoute } from "../access/guarded-route.ts";
import { permittedRun } from "../access/permitted-run.ts";
import type { ApiApp } from "../app-parts.ts";
import { jsonAnswers } from "../openapi.ts";
import { readRun } from "../read-run.ts";

const compare = guardedRoute("runs.read", {
  method: "get",
  path: "/runs/{runId}/compare/{otherId}",
  summary: "Two runs side by side: their steps, outputs, tokens, costs and times",
  tags: ["runs"],
  request: { params: comparisonParamsSchema },
  responses: jsonAnswers("The comparison.", runComparisonSchema),
});

export function runComparisonRoutes(app: ApiApp): void {
  app.openapi(compare, async (c) => {
    const { runId, otherId } = c.req.valid("param");
    await permittedRun(c, "runs.read", runId);
    await permittedRun(c, "runs.read", otherId);
    const read = (id: string) => readRun(c.var.store, id);
    const [one, other] = await Promise.all([read(runId), read(otherId)]);
    return c.json(compareRuns(one.run, other.run));
  });
}
