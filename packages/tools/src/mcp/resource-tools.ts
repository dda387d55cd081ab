import type { McpServerEntry } from "@flotilla/core";
import type { Resource, ResourceTemplateType } from "@modelcontextprotocol/client";
import { z } from "zod";
import { defineTool, type Tool } from "../tool.ts";
import { askServer } from "./ask-server.ts";
import { callScope } from "./call-scope.ts";
import type { Connections } from "./connections.ts";
import { mcpResultSchema, resourceOf } from "./content.ts";

const resourceSchema = z.object({
  uri: z.string(),
  name: z.string(),
  description: z.string().optional(),
  mediaType: z.string().optional(),
});

const templateSchema = z.object({
  uriTemplate: z.string(),
  name: z.string(),
  description: z.string().optional(),
});

const listedSchema = z.object({
  resources: z.array(resourceSchema),
  /** Addresses with places to be filled in. */
  templates: z.array(templateSchema),
  /** Goes on where this list ended; left out at the end. */
  next: z.string().optional(),
});

/** The tools by which a run reads what a server has to read: its resources are named by the server, and read by it. */
export function resourceTools(entry: McpServerEntry, connections: Connections): Tool[] {
  if (!entry.server.about?.resources) return [];
  return [listTool(entry, connections), readTool(entry, connections)];
}

function commonOf({ server }: McpServerEntry) {
  return {
    risk: "read",
    reach: "open",
    emits: ["mcp"],
    recovery: "idempotent",
    maxAttempts: 3,
    timeoutMs: server.timeoutSeconds * 1_000,
  } as const;
}

function listTool(entry: McpServerEntry, connections: Connections): Tool {
  const { server } = entry;
  const common = commonOf(entry);
  return defineTool({
    ...common,
    name: `${server.name}__list_resources`,
    description: `Lists what the MCP server ${server.name} has to read, a page at a time.`,
    input: z.strictObject({ cursor: z.string().max(10_000).optional() }),
    output: listedSchema,
    call: ({ cursor }, { signal }) =>
      askServer(connections, entry, async ({ client }) => {
        const options = { signal, timeout: common.timeoutMs };
        const params = cursor === undefined ? {} : { cursor };
        const page = await client.request({ method: "resources/list", params }, options);
        const more = cursor === undefined && (await client.listResourceTemplates({}, options));
        return {
          resources: page.resources.map(toResource),
          templates: more ? more.resourceTemplates.map(toTemplate) : [],
          ...(page.nextCursor !== undefined && { next: page.nextCursor }),
        };
      }),
  });
}

function readTool(entry: McpServerEntry, connections: Connections): Tool {
  const { server } = entry;
  const common = commonOf(entry);
  return defineTool({
    ...common,
    name: `${server.name}__read_resource`,
    description: `Reads one of the resources of the MCP server ${server.name}, by its address.`,
    input: z.strictObject({ uri: z.string().min(1).max(8_192) }),
    output: mcpResultSchema,
    call: ({ uri }, context) =>
      askServer(connections, entry, async ({ client }) => {
        const { timeoutMs: timeout } = common;
        const options = { signal: context.signal, timeout, cacheMode: "bypass" } as const;
        // What a server asks here belongs to no tool of it.
        const { contents } = await callScope.exit(() => client.readResource({ uri }, options));
        return resourceOf(contents, context);
      }),
  });
}

function toResource({ uri, name, description, mimeType }: Resource) {
  return {
    ...{ uri, name },
    ...(description !== undefined && { description }),
    ...(mimeType !== undefined && { mediaType: mimeType }),
  };
}

function toTemplate({ uriTemplate, name, description }: ResourceTemplateType) {
  return { uriTemplate, name, ...(description !== undefined && { description }) };
}
