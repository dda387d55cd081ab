import { activityExportQuerySchema, activityPageSchema, activityQuerySchema } from "@flotilla/api";
import { ownOrganisation } from "../access/attribution.ts";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { activityCsv, activityJsonl } from "../export-activity.ts";
import { answerFile } from "../http/answer-file.ts";
import { jsonAnswers, textAnswers } from "../openapi.ts";
import { decodeCursor, pageOf } from "../page.ts";

const tags = ["activity"];

const list = guardedRoute("activity.read", {
  method: "get",
  path: "/activity",
  summary: "Who did what, when and from where; newest first",
  tags,
  request: { query: activityQuerySchema },
  responses: jsonAnswers("A page of the activity log.", activityPageSchema),
});

const exported = guardedRoute("activity.read", {
  method: "get",
  path: "/activity/export",
  summary: "The activity log as a streamed file of JSON lines or CSV",
  tags,
  request: { query: activityExportQuerySchema },
  responses: textAnswers("The file.", "application/x-ndjson", "text/csv"),
});

export function activityRoutes(app: ApiApp, { log }: AppParts): void {
  app.openapi(list, async (c) => {
    const { cursor, limit, ...filter } = c.req.valid("query");
    const before = decodeCursor(cursor, /^act_[0-9a-z]{26}$/);
    const organisation = ownOrganisation(c.var.caller, filter.organisation);
    const wanted = { ...filter, organisation, before, limit: limit + 1 };
    return c.json(pageOf(await c.var.store.activity.list(wanted), limit, (entry) => entry.id));
  });

  app.openapi(exported, (c) => {
    const { format, ...filter } = c.req.valid("query");
    const wanted = { ...filter, organisation: ownOrganisation(c.var.caller, filter.organisation) };
    const csv = format === "csv";
    c.header("content-type", csv ? "text/csv; charset=utf-8" : "application/x-ndjson");
    c.header("content-disposition", `attachment; filename="activity.${format}"`);
    const write = csv ? activityCsv : activityJsonl;
    return answerFile(c, log, write(c.var.store, wanted));
  });
}
