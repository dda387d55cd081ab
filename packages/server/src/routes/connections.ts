import {
  connectionListSchema,
  connectionParamsSchema,
  connectionSetSchema,
  longPageQuerySchema,
} from "@flotilla/api";
import { connectionSchema } from "@flotilla/core";
import { guardedRoute } from "../access/guarded-route.ts";
import { permit, permitted } from "../access/permit.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import {
  ownLogin,
  readConnection,
  setConnection,
  testConnection,
} from "../connections/set-connection.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";
import { pageOfAll } from "../page.ts";

const tags = ["connections"];
const params = connectionParamsSchema;

const list = guardedRoute("connections.read", {
  method: "get",
  path: "/connections",
  summary: "Connections of the environment: mailboxes, calendars, databases, search services",
  tags,
  request: { query: longPageQuerySchema },
  responses: jsonAnswers("The connections, by name.", connectionListSchema),
});

const get = guardedRoute("connections.read", {
  method: "get",
  path: "/connections/{name}",
  summary: "A connection, without what opens it",
  tags,
  request: { params },
  responses: jsonAnswers("The connection.", connectionSchema),
});

const set = guardedRoute("connections.write", {
  method: "put",
  path: "/connections/{name}",
  summary: "Set a connection, in place of the one of that name",
  tags,
  request: { params, body: jsonBody(connectionSetSchema) },
  responses: jsonAnswers("The connection.", connectionSchema),
});

const test = guardedRoute("connections.write", {
  method: "post",
  path: "/connections/{name}/test",
  summary: "Connect and sign in at every server of a connection",
  tags,
  request: { params },
  responses: jsonAnswers("The connection, with what the test said.", connectionSchema),
});

const remove = guardedRoute("connections.write", {
  method: "delete",
  path: "/connections/{name}",
  summary: "Remove a connection, with the credential that is its own",
  tags,
  request: { params },
  responses: { 204: { description: "It is removed." } },
});

export function connectionRoutes(app: ApiApp, parts: AppParts): void {
  app.openapi(list, async (c) => {
    const all = await c.var.store.connections.list();
    const shown = await permitted(c, "connections.read");
    const items = all.filter(({ name }) => shown(name));
    return c.json(pageOfAll(items, c.req.valid("query"), ({ id }) => id));
  });

  app.openapi(get, async (c) => {
    const { name } = c.req.valid("param");
    await permit(c, "connections.read", name);
    return c.json(await readConnection(c.var.store, name));
  });

  app.openapi(set, async (c) => {
    const { name } = c.req.valid("param");
    const given = c.req.valid("json");
    if (given.credential !== undefined) await permit(c, "credentials.use", given.credential);
    await permit(c, "connections.write", name);
    const { store, caller } = c.var;
    return c.json(await setConnection(parts, store, caller, name, given));
  });

  app.openapi(test, async (c) => {
    const { name } = c.req.valid("param");
    await permit(c, "connections.write", name);
    const { store, caller } = c.var;
    return c.json(await testConnection(parts, store, caller, await readConnection(store, name)));
  });

  app.openapi(remove, async (c) => {
    const { name } = c.req.valid("param");
    await permit(c, "connections.write", name);
    await c.var.store.connections.remove(name);
    await c.var.store.credentials.remove(ownLogin(name));
    return c.body(null, 204);
  });
}
