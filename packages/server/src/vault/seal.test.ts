import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { contextOf, openCredential, sealCredential } from "./sealed-credential.ts";
import { openKeyring } from "./keyring.ts";
import { localKey } from "./local-key.ts";
import { open, seal } from "./seal.ts";

const key = randomBytes(32);
const place = { organisation: "acme", credentialId: "crd_1", version: 3 };
const newKey = () => localKey(randomBytes(32).toString("base64"));

test("what is sealed opens again, and no sealing is like another", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array(), (plain, context) => {
      const bytes = Buffer.from(plain);
      const sealed = seal(key, bytes, Buffer.from(context));
      expect(open(key, sealed, Buffer.from(context)).equals(bytes)).toBe(true);
      expect(sealed.equals(seal(key, bytes, Buffer.from(context)))).toBe(false);
      expect(sealed).toHaveLength(plain.length + 12 + 16);
    }),
  );
});

test("a changed byte, wherever it is, opens nothing", () => {
  const sealed = seal(key, Buffer.from("secret"), Buffer.from("context"));
  for (let i = 0; i < sealed.length; i++) {
    const changed = Buffer.from(sealed);
    changed[i] = (changed[i] ?? 0) ^ 1;
    expect(() => open(key, changed, Buffer.from("context"))).toThrow("authenticate");
  }
  expect(() => open(key, sealed.subarray(0, -4), Buffer.from("context"))).toThrow("authenticate");
  expect(() => open(key, sealed.subarray(0, 20), Buffer.from("context"))).toThrow("too short");
});

test("a nonce is never used twice: 5,000 sealings have 5,000", () => {
  const nonces = Array.from({ length: 5_000 }, () =>
    seal(key, Buffer.alloc(1), Buffer.alloc(0)).subarray(0, 12).toString("hex"),
  );
  expect(new Set(nonces).size).toBe(5_000);
});

test("a credential opens in its own place only", async () => {
  const keyring = openKeyring([newKey()]);
  const { keyId, wrappedKey, sealed } = await sealCredential(keyring, place, "s3cret-value");
  const dataKey = await keyring.unwrap(keyId, wrappedKey, contextOf(place));
  expect(openCredential(dataKey, place, sealed)).toBe("s3cret-value");
  const others = [
    { ...place, organisation: "other" },
    { ...place, credentialId: "crd_2" },
    { ...place, version: 4 },
  ];
  for (const other of others) {
    expect(() => openCredential(dataKey, other, sealed)).toThrow("authenticate");
    await expect(keyring.unwrap(keyId, wrappedKey, contextOf(other))).rejects.toMatchObject({
      code: "internal",
    });
  }
});

test("different places have different contexts, however they are cut", () => {
  const contexts = [
    { organisation: "a", credentialId: "b,1", version: 1 },
    { organisation: 'a","b', credentialId: "1", version: 1 },
    { organisation: "a", credentialId: "b", version: 11 },
  ].map((one) => contextOf(one).toString());
  expect(new Set(contexts).size).toBe(3);
});

test("two credentials with the same secret share neither data key nor bytes", async () => {
  const keyring = openKeyring([newKey()]);
  const [a, b] = await Promise.all([
    sealCredential(keyring, place, "same secret"),
    sealCredential(keyring, place, "same secret"),
  ]);
  expect(a.sealed.equals(b.sealed)).toBe(false);
  expect(a.wrappedKey.equals(b.wrappedKey)).toBe(false);
});
