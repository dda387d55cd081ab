import {
  credentialListSchema,
  credentialParamsSchema,
  credentialSetSchema,
  credentialUsesQuerySchema,
  credentialUsesSchema,
  longPageQuerySchema,
} from "@flotilla/api";
import { credentialSchema, FlotillaError } from "@flotilla/core";
import { guardedRoute } from "../access/guarded-route.ts";
import { permit, permitted } from "../access/permit.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { pageOfAll } from "../page.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";
import { readCredential, setCredential, testCredential } from "../vault/set-credential.ts";

const tags = ["credentials"];
const params = credentialParamsSchema;

const list = guardedRoute("credentials.read", {
  method: "get",
  path: "/credentials",
  summary: "Credentials of the environment, without their secrets",
  tags,
  request: { query: longPageQuerySchema },
  responses: jsonAnswers("The credentials, by name.", credentialListSchema),
});

const get = guardedRoute("credentials.read", {
  method: "get",
  path: "/credentials/{name}",
  summary: "A credential, without its secret",
  tags,
  request: { params },
  responses: jsonAnswers("The credential.", credentialSchema),
});

const set = guardedRoute("credentials.write", {
  method: "put",
  path: "/credentials/{name}",
  summary: "Set a credential, or a new version of it; a provider's key is tried at once",
  tags,
  request: { params, body: jsonBody(credentialSetSchema) },
  responses: jsonAnswers("The credential, with what the test said.", credentialSchema),
});

const test = guardedRoute("credentials.write", {
  method: "post",
  path: "/credentials/{name}/test",
  summary: "Ask the provider whether it takes the credential",
  tags,
  request: { params },
  responses: jsonAnswers("The credential, with what the test said.", credentialSchema),
});

const uses = guardedRoute("credentials.read", {
  method: "get",
  path: "/credentials/{name}/uses",
  summary: "What a credential was used for, the newest first, with what was refused",
  tags,
  request: { params, query: credentialUsesQuerySchema },
  responses: jsonAnswers("The uses.", credentialUsesSchema),
});

const remove = guardedRoute("credentials.write", {
  method: "delete",
  path: "/credentials/{name}",
  summary: "Remove a credential with all of its versions",
  tags,
  request: { params },
  responses: { 204: { description: "It is removed." } },
});

export function credentialRoutes(app: ApiApp, parts: AppParts): void {
  app.openapi(list, async (c) => {
    const all = await c.var.store.credentials.list();
    const shown = await permitted(c, "credentials.read");
    const items = all.filter(({ name }) => shown(name));
    return c.json(pageOfAll(items, c.req.valid("query"), ({ id }) => id));
  });

  app.openapi(get, async (c) => {
    const { name } = c.req.valid("param");
    await permit(c, "credentials.read", name);
    return c.json(await readCredential(c.var.store, name));
  });

  app.openapi(set, async (c) => {
    const { name } = c.req.valid("param");
    await permit(c, "credentials.write", name);
    const { store, caller } = c.var;
    return c.json(await setCredential(parts, store, caller, name, c.req.valid("json")));
  });

  app.openapi(test, async (c) => {
    const { name } = c.req.valid("param");
    await permit(c, "credentials.write", name);
    const { store, caller } = c.var;
    const credential = await readCredential(store, name);
    if (credential.provider === null) {
      throw new FlotillaError("invalid_request", `${name} is no provider's key.`, {
        remedy: "Only credentials of kind provider can be tested.",
      });
    }
    return c.json(await testCredential(parts, store, caller, credential));
  });

  app.openapi(uses, async (c) => {
    const { name } = c.req.valid("param");
    await permit(c, "credentials.read", name);
    const { id } = await readCredential(c.var.store, name);
    await parts.vault.flush();
    return c.json({ items: await c.var.store.credentials.uses(id, c.req.valid("query").limit) });
  });

  app.openapi(remove, async (c) => {
    const { name } = c.req.valid("param");
    await permit(c, "credentials.write", name);
    await readCredential(c.var.store, name);
    await c.var.store.credentials.remove(name);
    return c.body(null, 204);
  });
}
