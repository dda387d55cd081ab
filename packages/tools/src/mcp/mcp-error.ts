import { FlotillaError } from "@flotilla/core";
import { mcpLimits } from "./limits.ts";

/**
 * What the library throws, as a tool's error. Broken connections are transient; what a server answers is not. Its own
 * words are cut: the model reads them.
 */
export function mcpError(thrown: unknown, server: string): FlotillaError {
  for (let cause = thrown; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof FlotillaError) return cause;
  }
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const code = (error as { code?: unknown }).code;
  const said = reason(error).slice(0, mcpLimits.wordsLength);
  if (code === "REQUEST_TIMEOUT") {
    return new FlotillaError("tool_timeout", `The MCP server ${server} did not answer in time.`);
  }
  if (typeof code === "number") {
    return new FlotillaError("tool_failed", `The MCP server ${server} refused it: ${said}`, {
      details: { code },
      cause: thrown,
    });
  }
  return new FlotillaError("tool_failed", `The MCP server ${server} failed: ${said}`, {
    transient: isBroken(error),
    cause: thrown,
  });
}

/** Of errors that say only that something failed, what it was. */
function reason(error: Error): string {
  const { cause } = error;
  return cause instanceof Error && cause.message
    ? `${error.message}: ${cause.message}`
    : error.message;
}

const broken = new Set(["CONNECTION_CLOSED", "NOT_CONNECTED", "SEND_FAILED"]);

function isBroken(error: Error): boolean {
  const code = (error as { code?: unknown }).code;
  if (typeof code === "string" && broken.has(code)) return true;
  const status = (error as { status?: unknown }).status;
  if (typeof status === "number") return status === 429 || status >= 502;
  return error instanceof TypeError;
}
