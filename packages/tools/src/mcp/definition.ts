import { hash } from "node:crypto";
import {
  canonicalJson,
  definitionJson,
  FlotillaError,
  type Json,
  type JsonObject,
  type McpAnnotations,
  type McpDefinition,
  type McpTransport,
} from "@flotilla/core";

/** What one tool may say of itself, as JSON. */
const mostBytes = 64 * 1024;
const longestName = 128;

const hints = ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"] as const;

/** What a server's list says of a tool, with what counts of it and nothing else. */
interface ListedTool {
  name: string;
  title?: string | undefined;
  description?: string | undefined;
  inputSchema: unknown;
  outputSchema?: unknown;
  annotations?: object | undefined;
}

/** Throws `tool_failed` for a definition that is too large, or whose name is none. */
export function definitionOf(tool: ListedTool): McpDefinition {
  const { name, title, description, inputSchema, outputSchema, annotations } = tool;
  if (name === "" || name.length > longestName) {
    throw new FlotillaError(
      "tool_failed",
      `It has a tool whose name has ${name.length} letters, of ${longestName} at most.`,
    );
  }
  const definition: McpDefinition = {
    name,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    inputSchema: inputSchema as JsonObject,
    ...(outputSchema !== undefined && { outputSchema: outputSchema as JsonObject }),
    ...(annotations && { annotations: annotationsOf(annotations) }),
  };
  const bytes = Buffer.byteLength(JSON.stringify(definition));
  if (bytes <= mostBytes) return definition;
  throw new FlotillaError(
    "tool_failed",
    `What it says of its tool ${name.slice(0, 64)} has ${bytes} bytes, of ${mostBytes} at most.`,
  );
}

function annotationsOf(given: McpAnnotations): McpAnnotations {
  const kept: McpAnnotations = {};
  if (typeof given.title === "string") kept.title = given.title;
  for (const hint of hints) if (typeof given[hint] === "boolean") kept[hint] = given[hint];
  return kept;
}

/** What an approval of a tool names: the SHA-256 of what it says, in canonical form. */
export function definitionHash(definition: McpDefinition): string {
  return hash("sha256", canonicalJson(definitionJson(definition)));
}

/** What an approval of a server names: the SHA-256 of how it is reached, in canonical form. */
export function transportHash(transport: McpTransport): string {
  return hash("sha256", canonicalJson(transport));
}

/**
 * The schema as inputs are held against it here: without regular expressions of strangers, which could take for ever. What
 * they say stands in the descriptions; the server checks them itself.
 */
export function checkableSchema(schema: JsonObject): JsonObject {
  const { $schema: _dialect, ...rest } = withoutPatterns(schema) as JsonObject;
  return { ...rest, type: "object" };
}

function withoutPatterns(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(withoutPatterns);
  if (schema === null || typeof schema !== "object") return schema;
  const parts: JsonObject = {};
  for (const [key, part] of Object.entries(schema)) {
    if (key === "patternProperties" || (key === "pattern" && typeof part === "string")) continue;
    parts[key] = valueKeywords.has(key) ? part : withoutPatterns(part);
  }
  const { pattern } = schema;
  if (typeof pattern !== "string") return parts;
  const { description } = parts;
  const told = typeof description === "string" ? `${description} ` : "";
  return { ...parts, description: `${told}(fits the regular expression ${pattern})` };
}

/** Keywords of JSON Schema whose values are no schemas. */
const valueKeywords = new Set(["const", "enum", "default", "examples", "required"]);
