import { batchParamsSchema } from "@flotilla/api";
import { certificateSchema } from "@flotilla/core";
import { guardedRoute } from "../access/guarded-route.ts";
import { permittedBatch } from "../access/permitted-batch.ts";
import type { ApiApp } from "../app-parts.ts";
import { jsonAnswers } from "../openapi.ts";

const get = guardedRoute("batches.read", {
  method: "get",
  path: "/batches/{batchId}/certificate",
  summary: "How near a batch came to what its limits allow; works while it runs",
  tags: ["batches"],
  request: { params: batchParamsSchema },
  responses: jsonAnswers("The certificate.", certificateSchema),
});

export function certificateRoutes(app: ApiApp): void {
  app.openapi(get, async (c) => {
    const { id } = await permittedBatch(c, "batches.read", c.req.valid("param").batchId);
    return c.json(await c.var.store.batches.certificate(id));
  });
}
