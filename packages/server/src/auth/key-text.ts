import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { environments, type Environment } from "@flotilla/core";

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const secretLength = 32;
const checksumLength = 6;

export const keyPrefix = "flo_";

const shape = new RegExp(
  `^${keyPrefix}(${environments.join("|")})_([0-9A-Za-z]{${secretLength}})([0-9A-Za-z]{${checksumLength}})$`,
);

/** Keys within any text, also mistyped ones. */
export const keyPattern = new RegExp(
  `${keyPrefix}(?:${environments.join("|")})_[0-9A-Za-z]{${secretLength + checksumLength}}`,
  "g",
);

/** An API key as its holder has it, and what is kept of it. */
export interface KeyText {
  text: string;
  /** SHA-256. The secret has 190 random bits, so a slow hash would add nothing. */
  hash: Buffer;
  /** The beginning, by which people know it again. */
  hint: string;
}

/**
 * A new key: `flo_<environment>_`, 32 random characters of base 62, and the CRC-32 of all before in
 * six more, by which a mistyped or made-up key is known without a look at the database.
 *
 * @param random returns that many random bytes
 */
export function newKey(environment: Environment, random: (bytes: number) => Uint8Array): KeyText {
  let secret = "";
  while (secret.length < secretLength) {
    for (const byte of random(secretLength)) {
      // 248 is the largest multiple of 62 in a byte: what is above would favour some characters.
      if (byte < 248 && secret.length < secretLength) secret += alphabet[byte % 62];
    }
  }
  const body = `${keyPrefix}${environment}_${secret}`;
  const text = body + checksum(body);
  return { text, hash: hashKey(text), hint: text.slice(0, body.length - secretLength + 6) };
}

/** The environment of a well-formed key; undefined for every other text. */
export function readKey(text: string): Environment | undefined {
  const match = shape.exec(text);
  if (!match) return undefined;
  if (checksum(text.slice(0, -checksumLength)) !== match[3]) return undefined;
  return match[1] as Environment;
}

export function hashKey(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function checksum(body: string): string {
  let digits = "";
  for (let left = crc32(body), i = 0; i < checksumLength; i++) {
    digits = alphabet[left % 62] + digits;
    left = Math.floor(left / 62);
  }
  return digits;
}
