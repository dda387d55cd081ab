import { FlotillaError } from "@flotilla/core";
import type { KeyWrapper } from "./key-wrapper.ts";

/** The keys of the vault: the current one wraps, and it and the old ones unwrap. */
export interface Keyring {
  /** Undefined while there is no key. */
  readonly currentId: string | undefined;
  wrap(dataKey: Buffer, context: Buffer): Promise<{ keyId: string; wrapped: Buffer }>;
  unwrap(keyId: string, wrapped: Buffer, context: Buffer): Promise<Buffer>;
}

/**
 * A keyring of several keys, the current one first. Without any it wraps and unwraps nothing, and says
 * what is missing.
 */
export function openKeyring(keys: readonly KeyWrapper[]): Keyring {
  const byId = new Map(keys.map((key) => [key.keyId, key]));
  const [current] = keys;
  return {
    currentId: current?.keyId,
    async wrap(dataKey, context) {
      if (!current) throw noKey();
      return { keyId: current.keyId, wrapped: await current.wrap(dataKey, context) };
    },
    async unwrap(keyId, wrapped, context) {
      const key = byId.get(keyId);
      if (key) return key.unwrap(wrapped, context);
      if (!current) throw noKey();
      const message = `The vault has no key ${keyId}, under which this credential is kept.`;
      throw new FlotillaError("credentials_missing", message, {
        remedy: "Add the key to FLOTILLA_VAULT_KEY after the current one, or to the key file.",
      });
    },
  };
}

function noKey(): FlotillaError {
  return new FlotillaError("credentials_missing", "The vault has no key.", {
    remedy:
      "Set FLOTILLA_VAULT_KEY to 32 random bytes in base64 (openssl rand -base64 32) on every server and worker.",
  });
}
