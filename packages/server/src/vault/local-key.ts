import { createHmac } from "node:crypto";
import { FlotillaError } from "@flotilla/core";
import type { KeyWrapper } from "./key-wrapper.ts";
import { keyBytes, open, seal } from "./seal.ts";

const idDigits = 16;

/**
 * A key that this process holds itself. Its id is made from the key, so that the same key has the same id
 * on every machine, and says nothing about it.
 *
 * @param text 32 bytes in base64. Throws `config_invalid` for anything else.
 */
export function localKey(text: string): KeyWrapper {
  const key = Buffer.from(text, "base64");
  if (key.length !== keyBytes || !isBase64(text)) {
    throw new FlotillaError("config_invalid", "A key of the vault is not 32 bytes in base64.", {
      remedy: "Make one with: openssl rand -base64 32",
    });
  }
  const id = createHmac("sha256", key).update("flotilla vault key").digest("hex");
  const keyId = `local:${id.slice(0, idDigits)}`;
  return {
    keyId,
    wrap: async (dataKey, context) => seal(key, dataKey, context),
    async unwrap(wrapped, context) {
      try {
        return open(key, wrapped, context);
      } catch (cause) {
        const message = `A data key does not open under ${keyId}: it was changed, or is another's.`;
        throw new FlotillaError("internal", message, { cause });
      }
    },
  };
}

function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}
