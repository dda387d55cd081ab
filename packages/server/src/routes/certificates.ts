import { batchParamsSchema } from "@flotilla/api";
import { certificateSchema } from "@flotilla/core";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { jsonAnswers } from "../openapi.ts";

const get = guardedRoute("batches.read", {
  method: "get",
  path: "/batches/{batchId}/certificate",
  summary: "How near a batch came to what its limits allow; works while it runs",
  tags: ["batches"],
  request: { params: batchParamsSchema },
  responses: jsonAnswers("The certificate.", certificateSchema),
});

export function certificateRoutes(app: ApiApp, { store }: Pick<AppParts, "store">): void {
  app.openapi(get, async (c) =>
    c.json(await store.batches.certificate(c.req.valid("param").batchId)),
  );
}
