import { FlotillaError } from "@flotilla/core";
import { z } from "zod";

/** These frame or route the message; a caller who sets them could smuggle a second one. */
const ownedByTransport = new Set([
  ...["host", "connection", "keep-alive", "content-length", "transfer-encoding", "te", "trailer"],
  ...["upgrade", "expect", "accept-encoding", "idempotency-key"],
]);

/** What may follow a redirect to another origin; anything else could be a secret of the first. */
const carriedAcross = new Set(["accept", "accept-language", "user-agent"]);

export const headersSchema = z
  .record(z.string().max(256), z.string().max(8_192))
  .optional()
  .describe("extra request headers; {{credential:name}} stands for a stored secret");

/** In lower case. Throws `tool_input_invalid` for a header that only the transport may set. */
export function requestHeaders(headers: Record<string, string> = {}): Record<string, string> {
  const lowered = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  const owned = lowered.find(
    ([name = ""]) => ownedByTransport.has(name) || name.startsWith("proxy-"),
  );
  if (owned) {
    throw new FlotillaError("tool_input_invalid", `headers: ${owned[0]} cannot be set.`, {
      remedy: "Leave this header out; it is set by the tool itself.",
    });
  }
  return Object.fromEntries(lowered) as Record<string, string>;
}

export function withoutSecrets(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => carriedAcross.has(name)));
}
