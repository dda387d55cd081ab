import {
  organisationChangeSchema,
  organisationCreateSchema,
  organisationListSchema,
  organisationParamsSchema,
  longPageQuerySchema,
} from "@flotilla/api";
import { FlotillaError, organisationDetailsSchema, type Caller } from "@flotilla/core";
import { ownOrganisation } from "../access/attribution.ts";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { pageOfAll } from "../page.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";

const tags = ["organisations"];

const list = guardedRoute("signed-in", {
  method: "get",
  path: "/organisations",
  summary: "The organisations that the caller may use",
  tags,
  request: { query: longPageQuerySchema },
  responses: jsonAnswers("The organisations, by id.", organisationListSchema),
});

const get = guardedRoute("organisation.read", {
  method: "get",
  path: "/organisations/{organisation}",
  summary: "The caller's organisation",
  tags,
  request: { params: organisationParamsSchema },
  responses: jsonAnswers("The organisation.", organisationDetailsSchema),
});

const create = guardedRoute("organisation.create", {
  method: "post",
  path: "/organisations",
  summary: "Create an organisation; who does is its first owner",
  tags,
  request: { body: jsonBody(organisationCreateSchema) },
  responses: jsonAnswers("The organisation.", organisationDetailsSchema, 201),
});

const change = guardedRoute("organisation.write", {
  method: "patch",
  path: "/organisations/{organisation}",
  summary: "Rename the caller's organisation",
  tags,
  request: { params: organisationParamsSchema, body: jsonBody(organisationChangeSchema) },
  responses: jsonAnswers("The organisation.", organisationDetailsSchema),
});

export function organisationRoutes(app: ApiApp, { store }: Pick<AppParts, "store">): void {
  app.openapi(list, async (c) => {
    const { caller } = c.var;
    const all = caller.instance
      ? await store.organisations.list()
      : caller.kind === "user"
        ? await store.organisations.ofUser(caller.id)
        : [await c.var.store.organisations.get(caller.organisation)];
    return c.json(pageOfAll(all, c.req.valid("query"), ({ id }) => id));
  });

  app.openapi(get, async (c) => {
    const id = c.req.valid("param").organisation;
    ownOrganisation(c.var.caller, id);
    return c.json(await c.var.store.organisations.get(id));
  });

  app.openapi(create, async (c) => {
    const organisation = c.req.valid("json");
    const owner = ownerOf(c.var.caller);
    return c.json(await store.organisations.create(organisation, owner), 201);
  });

  app.openapi(change, async (c) => {
    const id = c.req.valid("param").organisation;
    ownOrganisation(c.var.caller, id);
    return c.json(await c.var.store.organisations.rename(id, c.req.valid("json").name));
  });
}

/** Whom a new organisation belongs to; null: who runs the platform without sign-in. */
function ownerOf({ kind, id, name }: Caller): string | null {
  if (kind === "user") return id;
  if (kind === "local") return null;
  throw new FlotillaError("forbidden", `${name} is not a person, and could own no organisation.`, {
    remedy: "Sign in as a person who is an owner.",
  });
}
