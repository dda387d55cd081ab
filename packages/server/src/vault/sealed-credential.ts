import { randomBytes } from "node:crypto";
import type { Keyring } from "./keyring.ts";
import { keyBytes, open, seal, type RandomBytes } from "./seal.ts";

/** Where a sealed secret belongs: it opens in no other place. */
export interface CredentialPlace {
  organisation: string;
  credentialId: string;
  version: number;
}

/** A secret as it is stored: under a data key of its own, which is wrapped by a key of the keyring. */
export interface SealedCredential {
  keyId: string;
  wrappedKey: Buffer;
  sealed: Buffer;
}

/** JSON of a list has one form only, so no two places are told apart by nothing. */
export function contextOf({ organisation, credentialId, version }: CredentialPlace): Buffer {
  return Buffer.from(JSON.stringify(["flotilla.credential", organisation, credentialId, version]));
}

/** Seals a secret under a new data key. */
export async function sealCredential(
  keyring: Keyring,
  place: CredentialPlace,
  secret: string,
  random: RandomBytes = randomBytes,
): Promise<SealedCredential> {
  const context = contextOf(place);
  const dataKey = random(keyBytes);
  try {
    const { keyId, wrapped } = await keyring.wrap(dataKey, context);
    const sealed = seal(dataKey, Buffer.from(secret), context, random);
    return { keyId, wrappedKey: wrapped, sealed };
  } finally {
    dataKey.fill(0);
  }
}

/** The secret itself, given its data key. Throws an Error when either is not of that place. */
export function openCredential(dataKey: Buffer, place: CredentialPlace, sealed: Buffer): string {
  return open(dataKey, sealed, contextOf(place)).toString();
}
