import { FlotillaError } from "@flotilla/core";
import { z } from "zod";
import type { KeyWrapper } from "./key-wrapper.ts";

const timeoutMs = 10_000;

export interface TransitOptions {
  /** Of the Vault server, without `/v1`. */
  address: string;
  /** Where the transit engine is mounted. */
  mount: string;
  /** The name of the key in it. */
  key: string;
  /** Asked for at each request. */
  token: () => string | undefined;
  /** Of Vault Enterprise. */
  namespace?: string | undefined;
}

const encryptedSchema = z.object({ data: z.object({ ciphertext: z.string().min(1) }) });
const decryptedSchema = z.object({ data: z.object({ plaintext: z.base64() }) });

/**
 * A key of HashiCorp Vault's transit engine: data keys are sent there to be wrapped and unwrapped, and the
 * key itself never leaves it. The context goes along as associated data, so the key has to be of a type
 * with authenticated encryption (`aes256-gcm96`, the default).
 */
export function transitKey(options: TransitOptions): KeyWrapper {
  const { mount, key } = options;
  return {
    keyId: `transit:${mount}/${key}`,
    async wrap(dataKey, context) {
      const asked = {
        plaintext: dataKey.toString("base64"),
        associated_data: context.toString("base64"),
      };
      const { data } = encryptedSchema.parse(await ask(options, "encrypt", asked));
      return Buffer.from(data.ciphertext);
    },
    async unwrap(wrapped, context) {
      const asked = {
        ciphertext: wrapped.toString(),
        associated_data: context.toString("base64"),
      };
      const { data } = decryptedSchema.parse(await ask(options, "decrypt", asked));
      return Buffer.from(data.plaintext, "base64");
    },
  };
}

async function ask(
  options: TransitOptions,
  operation: "encrypt" | "decrypt",
  body: object,
): Promise<unknown> {
  const { address, mount, key, namespace } = options;
  const token = options.token();
  if (!token)
    throw refused("it needs a token", "Set the variable that vaultTransit.tokenEnv names.");
  const url = `${address.replace(/\/+$/, "")}/v1/${mount}/${operation}/${encodeURIComponent(key)}`;
  let response: Response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-vault-token": token,
        "x-vault-request": "true",
        ...(namespace && { "x-vault-namespace": namespace }),
      },
      body: JSON.stringify(body),
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (cause) {
    const message = `The Vault server does not answer: ${(cause as Error).message}.`;
    throw new FlotillaError("unavailable", message, { transient: true, cause });
  }
  if (response.ok) return response.json();
  const said = await response.text();
  const message = `${operation} with ${mount}/${key}: HTTP ${response.status} ${said.slice(0, 300)}`;
  if (response.status >= 500) throw new FlotillaError("unavailable", message, { transient: true });
  throw refused(message, "Check the key's name, and that the token's policy allows to use it.");
}

function refused(problem: string, remedy: string): FlotillaError {
  return new FlotillaError("credentials_missing", `The Vault server refuses: ${problem}.`, {
    remedy,
  });
}
