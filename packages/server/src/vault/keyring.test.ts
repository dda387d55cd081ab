import { randomBytes } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { startTransitServer } from "../../test/transit-server.ts";
import { openKeyring } from "./keyring.ts";
import { localKey } from "./local-key.ts";
import { transitKey } from "./transit-key.ts";

const context = Buffer.from("context");
const dataKey = randomBytes(32);
const newKey = () => localKey(randomBytes(32).toString("base64"));

async function vault(token = "s.token") {
  const server = await startTransitServer("s.token");
  onTestFinished(() => server.close());
  const { address } = server;
  return {
    server,
    key: transitKey({ address, mount: "transit", key: "flotilla", token: () => token }),
  };
}

test("the current key wraps; old ones still unwrap", async () => {
  const [old, current] = [newKey(), newKey()];
  const { keyId, wrapped } = await openKeyring([old]).wrap(dataKey, context);
  const both = openKeyring([current, old]);
  expect(await both.unwrap(keyId, wrapped, context)).toEqual(dataKey);
  expect((await both.wrap(dataKey, context)).keyId).toBe(current.keyId);
});

test("a key that is gone is named, with what to do", async () => {
  const [old, current] = [newKey(), newKey()];
  const { keyId, wrapped } = await openKeyring([old]).wrap(dataKey, context);
  await expect(openKeyring([current]).unwrap(keyId, wrapped, context)).rejects.toMatchObject({
    code: "credentials_missing",
    message: expect.stringContaining(old.keyId) as string,
    remedy: expect.stringContaining("FLOTILLA_VAULT_KEY") as string,
  });
});

test("a vault without a key says so", async () => {
  const empty = openKeyring([]);
  expect(empty.currentId).toBeUndefined();
  await expect(empty.wrap(dataKey, context)).rejects.toMatchObject({ code: "credentials_missing" });
  await expect(empty.unwrap("local:1", dataKey, context)).rejects.toMatchObject({
    code: "credentials_missing",
  });
});

test.each(["", "short", randomBytes(31).toString("base64"), randomBytes(32).toString("hex")])(
  "%j is no key",
  (text) => {
    expect(() => localKey(text)).toThrow("32 bytes in base64");
  },
);

test("the id of a key is the same everywhere and does not show the key", () => {
  const text = randomBytes(32).toString("base64");
  expect(localKey(text).keyId).toBe(localKey(text).keyId);
  expect(localKey(text).keyId).toMatch(/^local:[0-9a-f]{16}$/);
  expect(text).not.toContain(localKey(text).keyId.slice(6));
});

test("a key of Vault's transit engine wraps and unwraps there, also over its rotation", async () => {
  const { server, key } = await vault();
  const wrapped = await key.wrap(dataKey, context);
  expect(wrapped.toString()).toMatch(/^vault:v1:/);
  server.rotate();
  expect(await key.unwrap(wrapped, context)).toEqual(dataKey);
  expect((await key.wrap(dataKey, context)).toString()).toMatch(/^vault:v2:/);
  expect(server.seen).toEqual([
    "/v1/transit/encrypt/flotilla",
    "/v1/transit/decrypt/flotilla",
    "/v1/transit/encrypt/flotilla",
  ]);
});

test("Vault refuses what was wrapped for another place, and a wrong token", async () => {
  const { key } = await vault();
  const wrapped = await key.wrap(dataKey, context);
  await expect(key.unwrap(wrapped, Buffer.from("other"))).rejects.toMatchObject({
    code: "credentials_missing",
    message: expect.stringContaining("authentication failed") as string,
  });
  const wrong = await vault("wrong");
  await expect(wrong.key.wrap(dataKey, context)).rejects.toMatchObject({
    code: "credentials_missing",
    message: expect.stringContaining("permission denied") as string,
  });
});

test("a Vault that is away can be asked again", async () => {
  const { server, key } = await vault();
  await server.close();
  await expect(key.wrap(dataKey, context)).rejects.toMatchObject({
    code: "unavailable",
    transient: true,
  });
});
