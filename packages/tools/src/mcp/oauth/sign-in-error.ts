import { FlotillaError, visibleText } from "@flotilla/core";
import { mcpLimits } from "../limits.ts";

const shownLength = 500;

/** What went wrong with a sign-in, in words for people. What a server says of itself is cut and made visible. */
export function signInError(thrown: unknown, server: string): FlotillaError {
  for (let cause = thrown; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof FlotillaError) return cause;
  }
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (error.name === "IssuerMismatchError") {
    return failed(server, "what answers is not the authorization server that was named", thrown);
  }
  if (error.name === "TimeoutError" || error.name === "AbortError") {
    const seconds = mcpLimits.signInMs / 1_000;
    return new FlotillaError("tool_timeout", `The sign-in at ${server} took over ${seconds} s.`, {
      transient: true,
    });
  }
  const code = (error as { code?: unknown }).code;
  const said = typeof code === "string" ? `${code}: ${error.message}` : error.message;
  return failed(server, visibleText(said.slice(0, shownLength)), thrown);
}

function failed(server: string, why: string, cause: unknown): FlotillaError {
  return new FlotillaError("tool_failed", `The sign-in at ${server} failed: ${why}`, { cause });
}

/** Whoever could sign in has to be asked. */
export function signInNeeded(server: string, reason: string): FlotillaError {
  const message = `The MCP server ${server} needs a sign-in. ${reason}`;
  return new FlotillaError("credentials_missing", message, {
    remedy: `Connect it on its page, or: flotilla mcp connect ${server}`,
  });
}
