import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { ModelList, ProviderTested } from "@flotilla/api";
import type { Credential } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { localKey } from "../src/vault/local-key.ts";
import { openVault } from "../src/vault/open-vault.ts";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";

const secret = "ghp_0123456789abcdef/secret";
const binding = { hosts: ["API.github.com"], headers: ["Authorization"] };
const header = { kind: "header" as const, secret, binding };

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

test("a credential is set, listed, described, replaced and removed, and never shown", async () => {
  const { client, app } = server;
  const made = await client.credentials.set("github", { ...header, description: "for issues" });
  expect(made).toMatchObject({
    name: "github",
    kind: "header",
    version: 1,
    createdBy: "person",
    description: "for issues",
    binding: { hosts: ["api.github.com"], headers: ["authorization"] },
    lastUsedAt: null,
    test: null,
  });
  const { secret: _secret, ...rest } = header;
  await client.credentials.set("github", { ...rest, description: "other" });
  const next = await client.credentials.set("github", { ...header, secret: `${secret}-2` });
  expect(next).toMatchObject({ id: made.id, version: 2, description: "" });
  expect((await client.credentials.list()).items).toEqual([next]);
  const answers = [
    await send(app, "GET", "/credentials"),
    await send(app, "GET", "/credentials/github"),
    await send(app, "GET", "/credentials/github/uses"),
    await send(app, "GET", "/vault"),
  ];
  for (const answer of answers) expect(await answer.text()).not.toContain("ghp_");
  const { rows } = await server.store.pool.query(
    "SELECT c::text || v::text AS line FROM credential c JOIN credential_version v ON true",
  );
  expect(JSON.stringify(rows)).not.toContain(Buffer.from(secret).toString("hex"));
  await client.credentials.remove("github");
  await expect(client.credentials.get("github")).rejects.toMatchObject({ code: "not_found" });
});

test("a binding cannot be changed without the secret", async () => {
  const { client } = server;
  await client.credentials.set("bound", header);
  const { secret: _secret, ...rest } = header;
  const elsewhere = { ...rest, binding: { ...binding, hosts: ["evil.test"] } };
  await expect(client.credentials.set("bound", elsewhere)).rejects.toMatchObject({
    code: "invalid_request",
    message: expect.stringContaining("together with its secret") as string,
  });
  await expect(client.credentials.set("new", rest)).rejects.toMatchObject({
    code: "invalid_request",
  });
  await client.credentials.remove("bound");
});

describe("refused with the field and what to do, and without the secret:", () => {
  test.each([
    ["a short secret", { ...header, secret: "short" }],
    ["a word", { ...header, secret: "customer" }],
    ["a short password", { ...header, kind: "basic", secret: "customers:customer" }],
    ["one of few characters", { ...header, secret: "banana-banana" }],
    ["a plain secret", { ...header, secret: "aaaaaaaaaaaaaaaa" }],
    ["a secret with a line break", { ...header, secret: `${secret}\nx: y` }],
    ["no binding", { kind: "header", secret }],
    ["nowhere to place it", { ...header, binding: { hosts: ["a.test"] } }],
    ["a whole top domain", { ...header, binding: { hosts: ["*.com"], headers: ["x-key"] } }],
    ["a URL as host", { ...header, binding: { hosts: ["https://a.test"], headers: ["x-key"] } }],
    ["the header host", { ...header, binding: { hosts: ["a.test"], headers: ["host"] } }],
    ["a provider that is not there", { kind: "provider", provider: "nobody", secret }],
    ["a provider key without provider", { kind: "provider", secret }],
    ["a pair without a colon", { ...header, kind: "basic" }],
  ])("%s", async (_what, body) => {
    const answer = await send(server.app, "PUT", "/credentials/x", body);
    expect(answer.status).toBe(400);
    const problem = await problemOf(answer);
    expect(problem.remedy).not.toBe("");
    expect(JSON.stringify(problem)).not.toContain("ghp_");
  });
});

test("a secret that is refused is learnt by nobody", async () => {
  const { app } = server;
  const { redact } = server.vaultParts;
  const refused = ["customer", "refused-0123456789\nx: y"];
  for (const one of refused) {
    const answer = await send(app, "PUT", "/credentials/x", { ...header, secret: one });
    expect(answer.status).toBe(400);
  }
  const unbound = { kind: "provider", provider: "nobody", secret: "sk-refused-0123456789" };
  expect((await send(app, "PUT", "/credentials/x", unbound)).status).toBe(400);
  const text = [...refused, unbound.secret].join(" ");
  expect(redact.text(text)).toBe(text);
});

test("an organisation's secrets touch no text of others, and it can have only so many", async () => {
  const { app } = server;
  const { redact } = server.vaultParts;
  const north = { "flotilla-organisation": "north" };
  const south = { "flotilla-organisation": "south" };
  const put = (name: string, own: string) =>
    send(app, "PUT", `/credentials/${name}`, { ...header, secret: own }, north);
  expect((await put("x", "no-such-credential")).status).toBe(200);
  const asked = "/credentials/no-such-credential";
  const { detail } = await problemOf(send(app, "GET", asked, undefined, south));
  expect(detail).toBe("There is no credential no-such-credential.");
  const own = await problemOf(send(app, "GET", asked, undefined, north));
  expect(own.detail).toBe("There is no credential [redacted].");
  const filler = redact.of("north");
  while (filler.room > 0) filler.learn(randomBytes(20_000).toString("base64"));
  const problem = await problemOf(put("y", `${secret}-more`));
  expect(problem).toMatchObject({ code: "conflict" });
  expect(problem.remedy).toContain("Remove credentials");
  const others = await send(app, "PUT", "/credentials/y", header, south);
  expect(others.status).toBe(200);
});

test("a provider's key is tried on the provider itself when it is set, and again when asked", async () => {
  let good = "sk-right-key-0123456789";
  const provider = createServer((request, response) => {
    const isGood = request.headers.authorization === `Bearer ${good}`;
    const error = { error: { message: `Incorrect key: ${request.headers.authorization}` } };
    response.writeHead(isGood && request.url === "/v1/models" ? 200 : 401, {
      "content-type": "application/json",
    });
    const data = [{ id: "small" }, { id: "large" }];
    response.end(JSON.stringify(isGood ? { data } : error));
  });
  provider.listen(0, "127.0.0.1");
  await once(provider, "listening");
  onTestFinished(() => void provider.close());
  const { port } = provider.address() as AddressInfo;
  const providers = {
    ours: { kind: "openai-compatible", baseURL: `http://127.0.0.1:${port}/v1` },
  } as const;
  const app = server.appWithModels(providers);
  const set = async (key: string) => {
    const body = { kind: "provider", provider: "ours", secret: key };
    const answer = await send(app, "PUT", "/credentials/ours", body);
    expect(answer.status).toBe(200);
    return (await answer.json()) as Credential;
  };
  const ask = async () =>
    (await (
      await send(app, "POST", "/providers/test", { provider: "ours" })
    ).json()) as ProviderTested;
  const keyNow = async () => {
    const { providers: all } = (await (await send(app, "GET", "/models")).json()) as ModelList;
    return all.find(({ name }) => name === "ours")?.key;
  };
  expect(await keyNow()).toBe("none");
  const refused = await set("sk-wrong-key-0123456789");
  expect(await keyNow()).toBe("own");
  expect(await ask()).toMatchObject({
    ...{ provider: "ours", ok: false, models: [] },
    message: expect.stringContaining("Bearer [redacted]") as string,
  });
  expect(refused.test).toMatchObject({
    ok: false,
    message: expect.stringContaining("Bearer [redacted]") as string,
  });
  const taken = await set(good);
  expect(taken).toMatchObject({
    version: 2,
    test: { ok: true, message: "" },
    binding: { hosts: [`127.0.0.1:${port}`], headers: ["authorization"] },
  });
  expect(await ask()).toMatchObject({
    ok: true,
    message: "",
    models: ["ours/large", "ours/small"],
  });
  const unknown = send(app, "POST", "/providers/test", { provider: "nobody" });
  expect(await problemOf(unknown)).toMatchObject({ status: 404, code: "not_found" });
  good = "sk-changed-by-the-provider";
  const again = await send(app, "POST", "/credentials/ours/test");
  expect(((await again.json()) as Credential).test?.ok).toBe(false);
  const uses = await send(app, "GET", "/credentials/ours/uses");
  const { items } = (await uses.json()) as { items: { by: string; uses: number }[] };
  expect(items.reduce((sum, one) => sum + one.uses, 0)).toBe(5);
  const other = { kind: "provider", provider: "ours", secret: "another-key-of-it" };
  const second = await problemOf(send(app, "PUT", "/credentials/second", other));
  expect(second).toMatchObject({ code: "conflict" });
});

test("rotation wraps every data key anew and touches no secret; one that cannot be opened stays", async () => {
  const { store, client } = server;
  for (const name of ["one", "two"]) await client.credentials.set(name, header);
  const sealed = async () => {
    const { rows } = await store.pool.query<{ sealed: Buffer }>(
      "SELECT sealed FROM credential_version ORDER BY credential_id, version",
    );
    return rows.map((row) => row.sealed.toString("hex"));
  };
  const before = await sealed();
  const next = localKey(Buffer.alloc(32, 7).toString("base64"));
  const {
    keys: [old],
  } = await client.vault.get();
  const vault = await openVault({
    ...server.vaultParts,
    keys: [next, ...server.vaultParts.keys],
  });
  onTestFinished(() => vault.close());
  const app = server.appWith({ vault });
  const rewrap = async () =>
    (await (await send(app, "POST", "/vault/rewrap", {})).json()) as Record<string, unknown>;
  await store.pool.query(
    `UPDATE credential_version SET wrapped_key = '\\x00' WHERE credential_id =
       (SELECT id FROM credential WHERE name = 'two')`,
  );
  expect(await rewrap()).toEqual({ rewrapped: before.length - 1, failed: 1, next: null });
  expect(await rewrap()).toEqual({ rewrapped: 0, failed: 1, next: null });
  expect(await sealed()).toEqual(before);
  const { keys, currentKeyId } = await (await send(app, "GET", "/vault")).json();
  expect(currentKeyId).toBe(next.keyId);
  expect(keys).toEqual(
    expect.arrayContaining([
      { keyId: next.keyId, versions: before.length - 1, isCurrent: true },
      { keyId: old?.keyId, versions: 1, isCurrent: false },
    ]),
  );
  expect(await client.credentials.get("one")).toMatchObject({ keyId: next.keyId });
});
