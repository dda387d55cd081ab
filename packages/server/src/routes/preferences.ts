import { preferencesChangeSchema, preferencesSchema, type Caller } from "@flotilla/core";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";

const tags = ["account"];

const get = guardedRoute("signed-in", {
  method: "get",
  path: "/me/preferences",
  summary: "What the caller likes: colours, time zone, start page, density, notifications",
  tags,
  responses: jsonAnswers("The preferences.", preferencesSchema),
});

const change = guardedRoute("signed-in", {
  method: "patch",
  path: "/me/preferences",
  summary: "Change some preferences; null takes the default again",
  tags,
  request: { body: jsonBody(preferencesChangeSchema) },
  responses: jsonAnswers("The preferences.", preferencesSchema),
});

/** They are the caller's own in every organisation, so they are not in the tenant's view of the store. */
export function preferenceRoutes(app: ApiApp, { store }: AppParts): void {
  app.openapi(get, async (c) => c.json(await store.preferences.get(ownerOf(c.var.caller))));

  app.openapi(change, async (c) => {
    const owner = ownerOf(c.var.caller);
    return c.json(await store.preferences.change(owner, c.req.valid("json")));
  });
}

export function ownerOf({ kind, id }: Caller): string {
  return `${kind}:${id}`;
}
