import { vaultRewrappedSchema, vaultRewrapSchema, vaultSchema } from "@flotilla/api";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";
import { fromTheStart, rewrapChunk } from "../vault/rewrap.ts";

const tags = ["credentials"];

const get = guardedRoute("fleet.read", {
  method: "get",
  path: "/vault",
  summary: "The keys of the vault, and how many versions of credentials each wraps",
  tags,
  responses: jsonAnswers("The keys.", vaultSchema),
});

const rewrap = guardedRoute("fleet.steer", {
  method: "post",
  path: "/vault/rewrap",
  summary: "Wrap the next data keys with the current key; call again until next is null",
  tags,
  request: { body: jsonBody(vaultRewrapSchema) },
  responses: jsonAnswers("What was done.", vaultRewrappedSchema),
});

export function vaultRoutes(app: ApiApp, { store, vault, log }: AppParts): void {
  app.openapi(get, async (c) => {
    const currentKeyId = vault.keyring.currentId ?? null;
    const counts = await store.credentials.countKeys();
    const known = counts.map(({ keyId, versions }) => {
      return { keyId, versions, isCurrent: keyId === currentKeyId };
    });
    const isUnused = currentKeyId !== null && !known.some(({ isCurrent }) => isCurrent);
    const unused = isUnused ? [{ keyId: currentKeyId, versions: 0, isCurrent: true }] : [];
    return c.json({ currentKeyId, keys: [...known, ...unused] });
  });

  app.openapi(rewrap, async (c) => {
    const { after = fromTheStart } = c.req.valid("json");
    return c.json(await rewrapChunk(store, vault.keyring, after, log));
  });
}
