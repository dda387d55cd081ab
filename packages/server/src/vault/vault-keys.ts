import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Config } from "../config.ts";
import { ownFile } from "../own-file.ts";
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
  if (!isEmbedded) return [];
  const newKey = () => `${randomBytes(keyBytes).toString("base64")}\n`;
  return [localKey(await ownFile(join(config.home, "vault.key"), newKey))];
}
