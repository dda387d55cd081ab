import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadConfig } from "../load-config.ts";
import { localKey } from "./local-key.ts";
import { vaultKeys } from "./vault-keys.ts";

const [one, two] = [1, 2].map((byte) => Buffer.alloc(32, byte).toString("base64"));

async function home(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "flotilla-vault-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function keyIds(env: Record<string, string>, isEmbedded = false): Promise<string[]> {
  const config = await loadConfig({ home: await home() }, env, "/");
  return (await vaultKeys(config, isEmbedded)).map(({ keyId }) => keyId);
}

test("the embedded database has a key of its own, made once, that nobody else may read", async () => {
  const config = await loadConfig({ home: await home() }, {}, "/");
  const made = await Promise.all(Array.from({ length: 8 }, () => vaultKeys(config, true)));
  const ids = new Set(made.map(([key]) => key?.keyId));
  expect(ids.size).toBe(1);
  const file = join(config.home, "vault.key");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(ids.has(localKey((await readFile(file, "utf8")).trim()).keyId)).toBe(true);
  expect((await vaultKeys(config, true))[0]?.keyId).toBe([...ids][0]);
});

test("a server has the keys that it is given, the first one current, and none without", async () => {
  const ids = [one, two].map((text) => localKey(text ?? "").keyId);
  expect(await keyIds({ FLOTILLA_VAULT_KEY: `${one}, ${two}` })).toEqual(ids);
  expect(await keyIds({ FLOTILLA_VAULT_KEY: `${two}\n` }, true)).toEqual(ids.slice(1));
  expect(await keyIds({})).toEqual([]);
});

test("a key of Vault goes before those that are held here", async () => {
  const transit = JSON.stringify({ address: "http://127.0.0.1:8200", key: "ours" });
  const ids = await keyIds({ FLOTILLA_VAULT_TRANSIT: transit, FLOTILLA_VAULT_KEY: one ?? "" });
  expect(ids).toEqual(["transit:transit/ours", localKey(one ?? "").keyId]);
});
