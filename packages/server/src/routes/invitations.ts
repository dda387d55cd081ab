import {
  invitationAcceptSchema,
  invitationCreateSchema,
  invitationListQuerySchema,
  invitationListSchema,
  invitationMadeSchema,
  invitationOpenedSchema,
  invitationOpenSchema,
  invitationParamsSchema,
  joinedSchema,
} from "@flotilla/api";
import { invitationSchema, newId } from "@flotilla/core";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { checkGiving } from "../auth/grant.ts";
import { acceptInvitation, openInvitation } from "../auth/join.ts";
import { linkTo, newLinkToken } from "../auth/link-token.ts";
import { limitLinks, requireSignIn, sendEntry } from "../auth/sign-in-context.ts";
import { pageOfAll } from "../page.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";

const tags = ["invitations"];

const list = guardedRoute("members.read", {
  method: "get",
  path: "/invitations",
  summary: "Open invitations to this organisation",
  tags,
  request: { query: invitationListQuerySchema },
  responses: jsonAnswers("The invitations, without their links.", invitationListSchema),
});

const create = guardedRoute("members.write", {
  method: "post",
  path: "/invitations",
  summary:
    "Invite somebody to this organisation, in place of an open invitation of the same address",
  tags,
  request: { body: jsonBody(invitationCreateSchema) },
  responses: jsonAnswers(
    "The invitation, with its link: it is not shown again.",
    invitationMadeSchema,
    201,
  ),
});

const revoke = guardedRoute("members.write", {
  method: "delete",
  path: "/invitations/{invitationId}",
  summary: "Revoke an open invitation",
  tags,
  request: { params: invitationParamsSchema },
  responses: jsonAnswers("The invitation, revoked.", invitationSchema),
});

const open = guardedRoute("public", {
  method: "post",
  path: "/invitations/open",
  summary: "What the link of an invitation offers",
  tags,
  request: { body: jsonBody(invitationOpenSchema) },
  responses: jsonAnswers("The offer.", invitationOpenedSchema),
});

const accept = guardedRoute("public", {
  method: "post",
  path: "/invitations/accept",
  summary: "Become a member: with a new account, or the one that is signed in",
  tags,
  request: { body: jsonBody(invitationAcceptSchema) },
  responses: jsonAnswers("Who is a member of what now; a new account is signed in.", joinedSchema),
});

export function invitationRoutes(app: ApiApp, parts: AppParts): void {
  app.openapi(list, async (c) => {
    const { closed, ...page } = c.req.valid("query");
    return c.json(pageOfAll(await c.var.store.invitations.list(closed), page, ({ id }) => id));
  });

  app.openapi(create, async (c) => {
    const { baseUrl, onInvitation } = requireSignIn(c);
    const { caller, store } = c.var;
    const { email, role, expiresInDays } = c.req.valid("json");
    checkGiving(caller, role);
    const token = newLinkToken();
    const invitation = await store.invitations.create({
      id: newId("inv", parts.clock.now()),
      email,
      role,
      hash: token.hash,
      createdBy: caller.name,
      ttlSeconds: Math.ceil(expiresInDays * 86_400),
    });
    const link = linkTo(baseUrl, "invitation", token);
    await onInvitation(invitation, link);
    c.header("cache-control", "no-store");
    return c.json({ ...invitation, link }, 201);
  });

  app.openapi(revoke, async (c) =>
    c.json(await c.var.store.invitations.revoke(c.req.valid("param").invitationId)),
  );

  app.openapi(open, async (c) => {
    const signIn = requireSignIn(c);
    limitLinks(c, signIn);
    return c.json(await openInvitation(signIn, c.req.valid("json").token));
  });

  app.openapi(accept, async (c) => {
    const signIn = requireSignIn(c);
    limitLinks(c, signIn);
    const person = await signIn.person();
    const entry = await acceptInvitation(signIn, c.req.valid("json"), person, signIn.headers());
    return sendEntry(c, entry);
  });
}
