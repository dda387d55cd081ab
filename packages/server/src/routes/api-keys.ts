import { randomBytes } from "node:crypto";
import {
  keyCreateSchema,
  keyListQuerySchema,
  keyListSchema,
  keyMadeSchema,
  keyParamsSchema,
  keyRotateSchema,
} from "@flotilla/api";
import { apiKeySchema, newId, userOf } from "@flotilla/core";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { checkGiving, grantOf } from "../auth/grant.ts";
import { newKey } from "../auth/key-text.ts";
import { pageOfAll } from "../page.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";

const tags = ["keys"];

const list = guardedRoute("keys.read", {
  method: "get",
  path: "/keys",
  summary: "The API keys of this organisation and environment",
  tags,
  request: { query: keyListQuerySchema },
  responses: jsonAnswers("The keys, without their secrets.", keyListSchema),
});

const get = guardedRoute("keys.read", {
  method: "get",
  path: "/keys/{keyId}",
  summary: "An API key",
  tags,
  request: { params: keyParamsSchema },
  responses: jsonAnswers("The key, without its secret.", apiKeySchema),
});

const create = guardedRoute("keys.write", {
  method: "post",
  path: "/keys",
  summary: "Make an API key that may do no more than the caller",
  tags,
  request: { body: jsonBody(keyCreateSchema) },
  responses: jsonAnswers("The key, with its secret: it is not shown again.", keyMadeSchema, 201),
});

const rotate = guardedRoute("keys.write", {
  method: "post",
  path: "/keys/{keyId}/rotate",
  summary: "Give an API key another secret; the present one is good for a grace",
  tags,
  request: { params: keyParamsSchema, body: jsonBody(keyRotateSchema) },
  responses: jsonAnswers("The key, with its new secret: it is not shown again.", keyMadeSchema),
});

const revoke = guardedRoute("keys.write", {
  method: "delete",
  path: "/keys/{keyId}",
  summary: "Revoke an API key for good",
  tags,
  request: { params: keyParamsSchema },
  responses: jsonAnswers("The key, revoked.", apiKeySchema),
});

export function apiKeyRoutes(app: ApiApp, { access, clock }: AppParts): void {
  app.openapi(list, async (c) => {
    const { revoked, ...page } = c.req.valid("query");
    return c.json(pageOfAll(await c.var.store.keys.list(revoked), page, ({ id }) => id));
  });

  app.openapi(get, async (c) => c.json(await c.var.store.keys.get(c.req.valid("param").keyId)));

  app.openapi(create, async (c) => {
    const { caller, store } = c.var;
    const { name, role, scopes, expiresInDays } = c.req.valid("json");
    const rules = await access.rules(caller.organisation);
    const granted = grantOf(caller, rules, { role, scopes });
    const { text, hash, hint } = newKey(caller.environment, randomBytes);
    const key = await store.keys.create({
      id: newId("key", clock.now()),
      name,
      role,
      scopes: granted,
      hint,
      hash,
      createdBy: caller.name,
      userId: userOf(caller) ?? null,
      ttlSeconds: expiresInDays === null ? null : Math.ceil(expiresInDays * 86_400),
    });
    c.header("cache-control", "no-store");
    return c.json({ ...key, secret: text }, 201);
  });

  app.openapi(rotate, async (c) => {
    const { caller, store } = c.var;
    const { keyId } = c.req.valid("param");
    const graceSeconds = Math.round(c.req.valid("json").graceHours * 3_600);
    // Whoever holds the secret may what the key may.
    const { role, scopes } = await store.keys.get(keyId);
    if (scopes) grantOf(caller, await access.rules(caller.organisation), { role, scopes });
    else checkGiving(caller, role);
    const { text, hash, hint } = newKey(caller.environment, randomBytes);
    const key = await store.keys.rotate(keyId, { hash, hint, graceSeconds });
    c.header("cache-control", "no-store");
    return c.json({ ...key, secret: text });
  });

  app.openapi(revoke, async (c) =>
    c.json(await c.var.store.keys.revoke(c.req.valid("param").keyId)),
  );
}
