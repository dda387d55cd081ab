import { FlotillaError, type McpServer } from "@flotilla/core";

/** Whether anything is sent to the server. */
export function isUsable({ state }: McpServer): boolean {
  return state === "active" || state === "changed" || state === "needs_sign_in";
}

/** Throws `conflict` for a server that nothing is sent to. */
export function requireUsable({ name, state }: McpServer): void {
  if (state === "pending") {
    throw new FlotillaError("conflict", `Nobody has approved how ${name} is reached.`, {
      remedy: `Look at it, then: flotilla mcp approve ${name}`,
    });
  }
  if (state === "disabled") {
    throw new FlotillaError("conflict", `The MCP server ${name} is disabled.`, {
      remedy: `flotilla mcp enable ${name}`,
    });
  }
}
