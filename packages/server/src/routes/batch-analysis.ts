import { batchParamsSchema } from "@flotilla/api";
import { batchAnalysisSchema } from "@flotilla/core";
import { guardedRoute } from "../access/guarded-route.ts";
import { permittedBatch } from "../access/permitted-batch.ts";
import type { ApiApp } from "../app-parts.ts";
import { jsonAnswers } from "../openapi.ts";

const get = guardedRoute("batches.read", {
  method: "get",
  path: "/batches/{batchId}/analysis",
  summary: "What came out of a batch so far, added up by the database",
  description:
    "How the fields of the results lie, and what rows cost and took; the failures in groups of the same error; how many " +
    "rows ended when. Works while it runs.",
  tags: ["batches"],
  request: { params: batchParamsSchema },
  responses: jsonAnswers("The analysis.", batchAnalysisSchema),
});

export function batchAnalysisRoute(app: ApiApp): void {
  app.openapi(get, async (c) => {
    const { id } = await permittedBatch(c, "batches.read", c.req.valid("param").batchId);
    return c.json(await c.var.store.batches.analysis(id));
  });
}
