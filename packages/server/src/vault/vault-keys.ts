import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../config.ts";
import type { KeyWrapper } from "./key-wrapper.ts";
import { localKey } from "./local-key.ts";
import { keyBytes } from "./seal.ts";
import { transitKey } from "./transit-key.ts";

type KeyConfig = Pick<Config, "vaultKey" | "vaultTransit" | "home" | "variables">;

/**
 * The keys of the vault, the current one first: Vault's, where one is configured, then those of `vaultKey`. With
 * neither the embedded database has a key of its own in the home folder, which is made here when there is none;
 * any other database has no key.
 */
export async function vaultKeys(config: KeyConfig, isEmbedded: boolean): Promise<KeyWrapper[]> {
  const { vaultTransit: transit, variables } = config;
  const texts = (config.vaultKey ?? "").split(/[\s,]+/).filter(Boolean);
  if (transit) {
    const { tokenEnv, ...options } = transit;
    return [transitKey({ ...options, token: () => variables[tokenEnv] }), ...texts.map(localKey)];
  }
  if (texts.length > 0) return texts.map(localKey);
  return isEmbedded ? [localKey(await ownKey(config.home))] : [];
}

/** Several processes may start at once: the first one's key stands. */
async function ownKey(home: string): Promise<string> {
  const path = join(home, "vault.key");
  const known = await readFile(path, "utf8").catch(() => undefined);
  if (known !== undefined) return known.trim();
  await mkdir(home, { recursive: true });
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, `${randomBytes(keyBytes).toString("base64")}\n`, { mode: 0o600 });
  try {
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(draft, { force: true });
  }
  return (await readFile(path, "utf8")).trim();
}
