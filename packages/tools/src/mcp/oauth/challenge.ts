import { FlotillaError } from "@flotilla/core";

/** What a server asks for when it refuses a request. */
export interface Challenge {
  /** `unauthorized`: for tokens, or other ones. `scope`: for tokens that are good for more. */
  kind: "unauthorized" | "scope";
  scope: string | undefined;
  /** Where it says who its tokens are from (RFC 9728). */
  metadataUrl: URL | undefined;
}

const mostScope = 1_000;

/** Undefined: the answer asks for no sign-in. */
export async function challengeOf(answer: Response): Promise<Challenge | undefined> {
  if (answer.status !== 401 && answer.status !== 403) return undefined;
  const { extractWWWAuthenticateParams } = await import("@modelcontextprotocol/client");
  const { scope, error, resourceMetadataUrl } = extractWWWAuthenticateParams(answer);
  if (answer.status === 403 && error !== "insufficient_scope") return undefined;
  return {
    kind: answer.status === 401 ? "unauthorized" : "scope",
    scope: scopeText(scope),
    metadataUrl: resourceMetadataUrl,
  };
}

/** Words of a scope as RFC 6749 has them; anything else that a server may say is left out. */
export function scopeText(scope: string | undefined): string | undefined {
  const words = scope?.match(/[\x21\x23-\x5b\x5d-\x7e]+/g) ?? [];
  const text = words.join(" ");
  return text === "" || text.length > mostScope ? undefined : text;
}

/** Where a server says who its tokens are from is its own word only at its own origin. Throws `tool_forbidden`. */
export function requireOwnOrigin({ metadataUrl }: Challenge, own: string): void {
  if (!metadataUrl || metadataUrl.origin === new URL(own).origin) return;
  const message = `The server says at ${metadataUrl.origin} who its tokens are from, which is not its own origin.`;
  throw new FlotillaError("tool_forbidden", message.slice(0, 500), {
    remedy: "Ask whoever runs the server to say so at its own address (RFC 9728).",
  });
}
