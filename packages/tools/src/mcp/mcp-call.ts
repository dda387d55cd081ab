import type { JsonObject, McpDefinition, McpServer } from "@flotilla/core";
import type { ToolCall } from "../tool.ts";

/** A call of a server's tool. */
export interface McpCall {
  server: McpServer;
  definition: McpDefinition;
  input: JsonObject;
  context: ToolCall;
}
