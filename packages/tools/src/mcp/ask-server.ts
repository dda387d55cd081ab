import type { McpServerEntry } from "@flotilla/core";
import type { Connection } from "./connection.ts";
import type { Connections } from "./connections.ts";
import { mcpError } from "./mcp-error.ts";

/** Does something over the connection to a server. What the library throws is told as a tool's error. */
export async function askServer<T>(
  connections: Connections,
  entry: McpServerEntry,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  try {
    return await connections.use(entry, work);
  } catch (error) {
    throw mcpError(error, entry.server.name);
  }
}
