import {
  memberChangeSchema,
  memberListSchema,
  memberParamsSchema,
  longPageQuerySchema,
} from "@flotilla/api";
import { memberSchema } from "@flotilla/core";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { checkGiving, checkTaking } from "../auth/grant.ts";
import { pageOfAll } from "../page.ts";
import { jsonAnswers, jsonBody, problemAnswers } from "../openapi.ts";

const tags = ["members"];

const list = guardedRoute("members.read", {
  method: "get",
  path: "/members",
  summary: "The members of the organisation, in the order in which they came",
  tags,
  request: { query: longPageQuerySchema },
  responses: jsonAnswers("The members.", memberListSchema),
});

const change = guardedRoute("members.write", {
  method: "patch",
  path: "/members/{userId}",
  summary: "Change a member's role; the last owner stays one",
  tags,
  request: { params: memberParamsSchema, body: jsonBody(memberChangeSchema) },
  responses: jsonAnswers("The member.", memberSchema),
});

const remove = guardedRoute("members.write", {
  method: "delete",
  path: "/members/{userId}",
  summary: "Remove a member; the last owner cannot go",
  tags,
  request: { params: memberParamsSchema },
  responses: { 204: { description: "He is no member any more." }, ...problemAnswers },
});

export function memberRoutes(app: ApiApp, { store }: Pick<AppParts, "store">): void {
  app.openapi(list, async (c) => {
    const members = await c.var.store.members.list();
    const page = pageOfAll(members, c.req.valid("query"), ({ userId }) => userId);
    return c.json({ ...page, items: await store.people.named(page.items) });
  });

  app.openapi(change, async (c) => {
    const { members } = c.var.store;
    const { userId } = c.req.valid("param");
    const { role } = c.req.valid("json");
    const before = await members.get(userId);
    checkTaking(c.var.caller, before.role);
    checkGiving(c.var.caller, role);
    const [member] = await store.people.named([await members.changeRole(userId, role)]);
    return c.json(member);
  });

  app.openapi(remove, async (c) => {
    const { members } = c.var.store;
    const { userId } = c.req.valid("param");
    checkTaking(c.var.caller, (await members.get(userId)).role);
    await members.remove(userId);
    return c.body(null, 204);
  });
}
