import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import type { AppParts, ServerEnv } from "../app-parts.ts";
import { baseAddress } from "../http/base-address.ts";
import { refusal } from "../http/refusal.ts";

type Whose = Pick<AppParts, "signIn">;

const metadataPath = "/.well-known/oauth-protected-resource/mcp";

/** Tells who is not known how to become known: where tokens are from, if they can be had at all (RFC 9728). */
export function challenge(parts: Whose) {
  return createMiddleware<ServerEnv>(async (c, next) => {
    await next();
    if (c.res.status !== 401) return;
    const url = `${baseAddress(c, parts)}${metadataPath}`;
    const where = issuersOf(parts).length > 0 ? `, resource_metadata="${url}"` : "";
    c.header("www-authenticate", `Bearer realm="flotilla"${where}`);
  });
}

/** By whose tokens the MCP server can be used. Throws 404 where it is only by keys of the platform. */
export function protectedResource(c: Context<ServerEnv>, parts: Whose): Response {
  const issuers = issuersOf(parts);
  if (issuers.length === 0) {
    throw refusal(
      404,
      "No authorisation server is configured.",
      "Use an API key: Authorization: Bearer flo_…; or configure `jwt`, see docs/sign-in.md.",
    );
  }
  const url = baseAddress(c, parts);
  return c.json({
    resource: `${url}/mcp`,
    authorization_servers: issuers,
    bearer_methods_supported: ["header"],
    resource_name: "Flotilla",
    resource_documentation: `${url}/docs`,
  });
}

/** Authorisation servers whose tokens are accepted: the configured issuers that have an address. */
function issuersOf({ signIn }: Whose): string[] {
  return (signIn?.tokenIssuers ?? []).filter((issuer) => /^https?:\/\//.test(issuer));
}
