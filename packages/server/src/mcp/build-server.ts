import {
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  Server,
  type CompleteRequestParams,
  type ServerContext,
} from "@modelcontextprotocol/server";
import type { Page } from "@flotilla/api";
import { FlotillaError, type Agent, type Log } from "@flotilla/core";
import type { Ask } from "../http/own-request.ts";
import { toolError, type Call, type ToolAnswer } from "./call.ts";
import type { McpExtension } from "./extension.ts";
import { ownTools } from "./own-tools.ts";
import { listResources, readResource, resourceTemplates } from "./resources.ts";
import { isAgentName, type AgentTools } from "./tools/agent-tools.ts";

/** What one request, or one connection, is served with. */
export interface ServerParts {
  version: string;
  extension: McpExtension | undefined;
  ask: Ask;
  agents: AgentTools;
  log: Log;
  callOf(context: ServerContext, meta: Record<string, unknown>): Call;
  /** Of a session; left out where there is none to keep it in. */
  session?: {
    subscribe(uri: string): Promise<void>;
    unsubscribe(uri: string): Promise<void>;
  };
}

const instructions =
  "Each agent is a tool that starts a durable run of it. A run that takes long, or waits for a person, is named by its id: " +
  "run_wait waits for it, inbox_list and inbox_answer are for what runs ask people.";

/** The platform as a server of the Model Context Protocol, for one caller. */
export function buildServer(parts: ServerParts): Server {
  const { extension, log, session } = parts;
  const hasPrompts = (extension?.prompts?.length ?? 0) > 0;
  const server = new Server(
    { name: "flotilla", title: "Flotilla", version: parts.version },
    {
      instructions,
      capabilities: {
        tools: {},
        resources: { subscribe: true },
        completions: {},
        ...(extension && { logging: {} }),
        ...(hasPrompts && { prompts: {} }),
      },
      // What a list holds is the caller's own.
      cacheHints: { "tools/list": { ttlMs: 0, cacheScope: "private" } },
    },
  );
  // The library has this and no other way to tell.
  // oxlint-disable-next-line unicorn/prefer-add-event-listener
  server.onerror = (error) => log.debug({ reason: error.message }, "an MCP message was refused");
  serveTools(server, parts);
  serveResources(server, parts);
  if (hasPrompts) servePrompts(server, extension as McpExtension);
  server.setRequestHandler("completion/complete", async ({ params }) => {
    const values = await complete(parts, params);
    return { completion: { values: values.slice(0, 100), hasMore: values.length > 100 } };
  });
  if (session) {
    server.setRequestHandler("resources/subscribe", async ({ params }) => {
      await session.subscribe(params.uri).catch(toProtocol);
      return {};
    });
    server.setRequestHandler("resources/unsubscribe", async ({ params }) => {
      await session.unsubscribe(params.uri);
      return {};
    });
  }
  return server;
}

function serveTools(server: Server, parts: ServerParts): void {
  const { extension, agents, ask } = parts;
  const theirs = extension?.tools ?? [];
  server.setRequestHandler("tools/list", async ({ params }) => {
    const cursor = params?.cursor;
    const page = await agents.list(ask, cursor).catch(toProtocol);
    const fixed = [...ownTools, ...theirs].map(({ definition }) => definition);
    return {
      tools: cursor === undefined ? [...fixed, ...page.tools] : page.tools,
      ...(page.next !== undefined && { nextCursor: page.next }),
    };
  });
  server.setRequestHandler("tools/call", async ({ params }, context) => {
    const { name, arguments: given = {}, _meta: meta = {} } = params;
    const own = ownTools.find(({ definition }) => definition.name === name);
    const other = theirs.find(({ definition }) => definition.name === name);
    if (own) return told(() => own.call(given, parts.callOf(context, meta)));
    if (other) return toldOfExtension(async () => other.call(given, context));
    if (!isAgentName(name)) throw noTool(name);
    return told(() => agents.call(name, given, parts.callOf(context, meta)));
  });
}

/** What the platform refuses is a result that a model can read. */
async function told(make: () => Promise<ToolAnswer>): Promise<ToolAnswer> {
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof FlotillaError)) throw error;
    return toolError(`${error.message} ${error.remedy}`, { error: error.toRecord() });
  }
}

/** What an extension throws is its tool's failure. */
async function toldOfExtension(make: () => Promise<ToolAnswer>): Promise<ToolAnswer> {
  try {
    return await make();
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    return toolError(error instanceof Error ? error.message : String(error));
  }
}

function noTool(name: string): ProtocolError {
  const message = `There is no tool ${JSON.stringify(name.slice(0, 100))}.`;
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message);
}

function serveResources(server: Server, { extension, ask }: ServerParts): void {
  server.setRequestHandler("resources/list", async ({ params }) => {
    const cursor = params?.cursor;
    const page = await listResources(ask, cursor, () => agentNames(ask)).catch(toProtocol);
    const theirs = cursor === undefined ? (extension?.resources ?? []) : [];
    return { ...page, resources: [...theirs, ...page.resources] };
  });
  server.setRequestHandler("resources/templates/list", async () => ({
    resourceTemplates: [...resourceTemplates, ...(extension?.resourceTemplates ?? [])],
  }));
  server.setRequestHandler("resources/read", async ({ params }, context) => {
    const { uri } = params;
    const own = await readResource(ask, uri).catch(toProtocol);
    const found = own ?? (await extension?.readResource?.(uri, context));
    if (found) return found;
    throw new ResourceNotFoundError(uri);
  });
}

function servePrompts(server: Server, { prompts = [], getPrompt }: McpExtension): void {
  server.setRequestHandler("prompts/list", async () => ({ prompts: [...prompts] }));
  server.setRequestHandler("prompts/get", async ({ params }, context) => {
    const { name, arguments: given = {} } = params;
    if (getPrompt && prompts.some((one) => one.name === name)) {
      return getPrompt(name, given, context);
    }
    const message = `There is no prompt ${JSON.stringify(name.slice(0, 100))}.`;
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, message);
  });
}

async function complete(
  { ask, extension }: ServerParts,
  asked: CompleteRequestParams,
): Promise<readonly string[]> {
  const { ref, argument } = asked;
  if (ref.type === "ref/resource" && ref.uri === "flotilla://agents/{name}") {
    const names = await agentNames(ask);
    return names.filter((name) => name.startsWith(argument.value));
  }
  return (await extension?.complete?.(asked)) ?? [];
}

async function agentNames(ask: Ask): Promise<string[]> {
  const page = await ask<Page<Agent>>({ method: "GET", path: "/agents?fields=name" });
  return page.items.map(({ name }) => name);
}

/** What the platform refuses, as the protocol's error. */
function toProtocol(error: unknown): never {
  if (!(error instanceof FlotillaError)) throw error;
  const isOurs = error.code === "internal" || error.code === "unavailable";
  const code = isOurs ? ProtocolErrorCode.InternalError : ProtocolErrorCode.InvalidParams;
  throw new ProtocolError(code, `${error.message} ${error.remedy}`, { code: error.code });
}
