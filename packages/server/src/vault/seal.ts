import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const algorithm = "aes-256-gcm";
export const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** Random bytes come in through this, so that tests own them. */
export type RandomBytes = (bytes: number) => Buffer;

/**
 * Encrypts with AES-256-GCM under a fresh 96-bit nonce. The result is nonce, cipher text and
 * 128-bit tag, one after the other.
 *
 * @param key 32 bytes
 * @param context not encrypted, but what was sealed opens only under the same
 */
export function seal(
  key: Buffer,
  plain: Buffer,
  context: Buffer,
  random: RandomBytes = randomBytes,
): Buffer {
  const nonce = random(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(context);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Decrypts what `seal` has made. Throws an Error for another key, another context or a changed byte. */
export function open(key: Buffer, sealed: Buffer, context: Buffer): Buffer {
  if (sealed.length < nonceBytes + tagBytes) throw new Error("The sealed bytes are too short.");
  const nonce = sealed.subarray(0, nonceBytes);
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(context);
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]);
}
