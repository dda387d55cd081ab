import { adminLinkAcceptSchema, joinedSchema, meSchema, signInOptionsSchema } from "@flotilla/api";
import { decide, permissions } from "@flotilla/core";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { acceptAdminLink } from "../auth/join.ts";
import { limitLinks, requireSignIn, sendEntry } from "../auth/sign-in-context.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";
import { ownerOf } from "./preferences.ts";

const tags = ["sign-in"];

const options = guardedRoute("public", {
  method: "get",
  path: "/sign-in",
  summary: "How one can sign in here",
  tags,
  responses: jsonAnswers("The ways.", signInOptionsSchema),
});

const me = guardedRoute("signed-in", {
  method: "get",
  path: "/me",
  summary: "Who asks, and what he may here",
  tags,
  responses: jsonAnswers("The caller.", meSchema),
});

const adminLink = guardedRoute("public", {
  method: "post",
  path: "/admin-link/accept",
  summary: "Become the first owner, or come back in as one, by the link that the server printed",
  tags,
  request: { body: jsonBody(adminLinkAcceptSchema) },
  responses: jsonAnswers("Who is an owner now, and signed in.", joinedSchema),
});

export function signInRoutes(app: ApiApp, { access, signIn, store }: AppParts): void {
  app.openapi(options, (c) =>
    c.json({
      signIn: access.signIn,
      openRegistration: signIn?.openRegistration ?? false,
      providers: (signIn?.providers ?? []).map(({ id, name }) => ({ id, name: name ?? id })),
    }),
  );

  app.openapi(me, async (c) => {
    const { caller } = c.var;
    const person = caller.kind === "user" ? await requireSignIn(c).person() : null;
    const [rules, preferences] = await Promise.all([
      access.rules(caller.organisation),
      store.preferences.get(ownerOf(caller)),
    ]);
    const { organisation, role } = caller;
    return c.json({
      signIn: access.signIn,
      caller,
      email: person?.email ?? null,
      preferences,
      permissions: permissions.filter((one) => decide(caller, one, rules).allowed),
      organisations: [...(person?.memberships ?? [{ organisation, role }])],
    });
  });

  app.openapi(adminLink, async (c) => {
    const context = requireSignIn(c);
    limitLinks(c, context);
    return sendEntry(c, await acceptAdminLink(context, c.req.valid("json"), context.headers()));
  });
}
