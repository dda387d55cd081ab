import { errorGroupPageSchema, errorGroupParamsSchema, errorGroupQuerySchema } from "@flotilla/api";
import { errorGroupSchema } from "@flotilla/core";
import { ownOrganisation } from "../access/attribution.ts";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp } from "../app-parts.ts";
import { jsonAnswers } from "../openapi.ts";
import { decodePlace, pageOf } from "../page.ts";

const tags = ["errors"];

const list = guardedRoute("errors.read", {
  method: "get",
  path: "/errors",
  summary: "Errors in groups of the same kind, the ones seen last first",
  tags,
  request: { query: errorGroupQuerySchema },
  responses: jsonAnswers("A page of groups.", errorGroupPageSchema),
});

const get = guardedRoute("errors.read", {
  method: "get",
  path: "/errors/{errorId}",
  summary: "A group of errors, with the last one of it",
  tags,
  request: { params: errorGroupParamsSchema },
  responses: jsonAnswers("The group.", errorGroupSchema),
});

const resolve = guardedRoute("errors.write", {
  method: "post",
  path: "/errors/{errorId}/resolve",
  summary: "Note a group of errors as resolved; it opens again when it is seen again",
  tags,
  request: { params: errorGroupParamsSchema },
  responses: jsonAnswers("The group.", errorGroupSchema),
});

const place = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (err_[0-9a-z]{26})$/;

export function errorGroupRoutes(app: ApiApp): void {
  app.openapi(list, async (c) => {
    const { cursor, limit, ...filter } = c.req.valid("query");
    const [at, id] = decodePlace(cursor, place);
    const groups = await c.var.store.errors.list({
      ...filter,
      organisation: ownOrganisation(c.var.caller, filter.organisation),
      before: at !== undefined && id !== undefined ? { at, id } : undefined,
      limit: limit + 1,
    });
    return c.json(pageOf(groups, limit, ({ lastSeenAt, id: last }) => `${lastSeenAt} ${last}`));
  });

  app.openapi(get, async (c) => c.json(await c.var.store.errors.get(c.req.valid("param").errorId)));

  app.openapi(resolve, async (c) => {
    const { errorId } = c.req.valid("param");
    return c.json(await c.var.store.errors.resolve(errorId, c.var.caller.name));
  });
}
