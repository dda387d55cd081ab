import { FlotillaError, type Log } from "@flotilla/core";
import type { Store } from "@flotilla/store";
import type { Keyring } from "./keyring.ts";
import { contextOf } from "./sealed-credential.ts";

/** Where the next chunk begins. */
export interface RewrapCursor {
  credentialId: string;
  version: number;
}

export interface Rewrapped {
  rewrapped: number;
  /** Could not be opened, and are as they were. */
  failed: number;
  next: RewrapCursor | null;
}

export const fromTheStart: RewrapCursor = { credentialId: "", version: 0 };
const keysPerChunk = 100;

/**
 * Wraps the data keys of one chunk of credentials with the current key. The secrets themselves stay sealed as
 * they are. It may be stopped and begun again at any time: what is wrapped by an old key is still to do.
 */
export async function rewrapChunk(
  store: Pick<Store, "credentials">,
  keyring: Keyring,
  after: RewrapCursor,
  log: Log,
): Promise<Rewrapped> {
  const { currentId } = keyring;
  if (currentId === undefined) {
    throw new FlotillaError("credentials_missing", "The vault has no key to wrap with.", {
      remedy: "Set FLOTILLA_VAULT_KEY: the new key, a comma, and the old one.",
    });
  }
  const keys = await store.credentials.outdatedKeys(currentId, after, keysPerChunk);
  const wrapped = await Promise.all(
    keys.map(async (one) => {
      const context = contextOf(one);
      try {
        const dataKey = await keyring.unwrap(one.keyId, one.wrappedKey, context);
        const { keyId, wrapped: bytes } = await keyring.wrap(dataKey, context);
        dataKey.fill(0);
        return { ...one, newKeyId: keyId, newWrapped: bytes };
      } catch (error) {
        const { credentialId, version, keyId } = one;
        const about = { credentialId, version, keyId, reason: (error as Error).message };
        log.warn(about, "a data key cannot be wrapped anew");
        return undefined;
      }
    }),
  );
  const done = wrapped.filter((one) => one !== undefined);
  const rewrapped = done.length > 0 ? await store.credentials.keepRewrapped(done) : 0;
  const last = keys.length === keysPerChunk ? keys.at(-1) : undefined;
  const { credentialId, version } = last ?? fromTheStart;
  return {
    rewrapped,
    failed: keys.length - done.length,
    next: last ? { credentialId, version } : null,
  };
}
