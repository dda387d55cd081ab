import {
  FlotillaError,
  type Json,
  type JsonObject,
  type McpDefinition,
  type McpServer,
  type McpServerEntry,
  type McpTool,
  type ToolInfo,
  type ToolRisk,
} from "@flotilla/core";
import { z } from "zod";
import type { Tool, ToolCall } from "../tool.ts";
import { askServer } from "./ask-server.ts";
import { callMcpTool } from "./call-tool.ts";
import { schemaProblems } from "./check-schema.ts";
import type { Connection } from "./connection.ts";
import type { Connections } from "./connections.ts";
import { mcpResultSchema, resultOf, type McpResult } from "./content.ts";
import { checkableSchema } from "./definition.ts";

/** What an approved tool's calls can do: as a person says, else as the approved definition does. */
export function mcpRisk({ risks }: Pick<McpServer, "risks">, definition: McpDefinition): ToolRisk {
  const said = risks[definition.name];
  if (said) return said;
  const { readOnlyHint, destructiveHint } = definition.annotations ?? {};
  if (readOnlyHint) return "read";
  return destructiveHint ? "destructive" : "write";
}

/** A tool of a server as one of ours: what was approved of it, and nothing that the server says since. */
export function mcpToolOf(
  entry: McpServerEntry,
  tool: McpTool & { pinned: McpDefinition; pinnedHash: string },
  connections: Connections,
): Tool {
  const { server } = entry;
  const { pinned, pinnedHash, name } = tool;
  const info = infoOf(server, name, pinned);
  const call = async (input: JsonObject, context: ToolCall): Promise<McpResult> => {
    const problems = await schemaProblems(info.input, input);
    if (problems.length > 0) throw notValid(name, problems);
    return askServer(connections, entry, async (connection) => {
      requireAsApproved(connection, server, tool.tool, pinnedHash);
      const made = { server, definition: pinned, input, context };
      const answer = await callMcpTool(connection, made);
      const result = await resultOf(name, answer, context);
      await checkStructured(name, info, result);
      return result;
    });
  };
  return {
    info,
    input: z.unknown(),
    output: mcpResultSchema as z.ZodType as z.ZodType<Json>,
    destinations: () => (server.transport.kind === "http" ? [server.transport.url] : []),
    call: (input, context) => call(input as JsonObject, context),
    reconcile: undefined,
  };
}

function infoOf(server: McpServer, name: string, pinned: McpDefinition): ToolInfo {
  const { readOnlyHint, idempotentHint } = pinned.annotations ?? {};
  const isRepeatable = readOnlyHint === true || idempotentHint === true;
  const { $schema: _dialect, ...output } = z.toJSONSchema(mcpResultSchema) as JsonObject;
  return {
    name,
    description: pinned.description ?? pinned.title ?? pinned.name,
    input: checkableSchema(pinned.inputSchema),
    output: pinned.outputSchema ? withStructured(output, pinned.outputSchema) : output,
    risk: mcpRisk(server, pinned),
    reach: "open",
    emits: ["mcp"],
    recovery: isRepeatable ? "idempotent" : "unknown",
    timeoutMs: server.timeoutSeconds * 1_000,
    maxAttempts: isRepeatable ? 3 : 1,
  };
}

function withStructured(output: JsonObject, schema: JsonObject): JsonObject {
  const properties = output["properties"] as JsonObject;
  return { ...output, properties: { ...properties, structured: checkableSchema(schema) } };
}

async function checkStructured(name: string, info: ToolInfo, result: McpResult): Promise<void> {
  const schema = (info.output["properties"] as JsonObject)["structured"] as JsonObject;
  const isSaid = "type" in schema;
  const problems = isSaid ? await schemaProblems(schema, result.structured ?? null) : [];
  if (problems.length === 0) return;
  const message = `${name} answered otherwise than it says it does: ${problems.join("; ")}.`;
  throw new FlotillaError("tool_failed", message);
}

/** A tool that says something else than what was approved is not called. */
function requireAsApproved(
  { hashes }: Connection,
  server: McpServer,
  tool: string,
  pinnedHash: string,
): void {
  const now = hashes.get(tool);
  if (now === pinnedHash) return;
  const what = now === undefined ? "is gone" : "says something else than what was approved";
  throw new FlotillaError("tool_forbidden", `The tool ${tool} of ${server.name} ${what}.`, {
    remedy: `Look at it, and approve it again: flotilla mcp tools ${server.name}.`,
  });
}

function notValid(name: string, problems: string[]): FlotillaError {
  return new FlotillaError(
    "tool_input_invalid",
    `The input of ${name} is not valid: ${problems.join("; ")}.`,
    { remedy: `Call ${name} again with an input of its schema.` },
  );
}
