import {
  FlotillaError,
  matchesGlob,
  type Log,
  type McpDefinition,
  type McpServer,
  type McpSighting,
  type McpTool,
} from "@flotilla/core";
import type { Client, Transport } from "@modelcontextprotocol/client";
import { byteBudget } from "./bounded-body.ts";
import { callScope, type CallScope, type HeldCall } from "./call-scope.ts";
import { definitionHash, definitionOf } from "./definition.ts";
import { mcpError } from "./mcp-error.ts";
import { mcpLimits } from "./limits.ts";
import { nameMcpTools } from "./tool-name.ts";

/** A connection to a server, and what that said of its tools last. */
export interface Connection {
  client: Client;
  /** By the server's own names. */
  hashes: ReadonlyMap<string, string>;
  /** It is closed: what was under way has failed, and the next call opens another one. */
  closed: AbortSignal;
  /** The calls that are under way. */
  scopes: Set<CallScope>;
  /** Those that wait for people, by `callKey`. */
  held: Map<string, HeldCall>;
  close(): Promise<void>;
}

export interface ConnectParts {
  log: Log;
  /** Told what the server says of its tools, at first and whenever that changes. */
  see(sighting: McpSighting): Promise<void>;
  knownTools(): readonly McpTool[];
  transport(closed: AbortController): Promise<Transport>;
}

/** Opens a connection and reads what tools there are. Throws `tool_failed` or what the network refuses. */
export async function connect(server: McpServer, parts: ConnectParts): Promise<Connection> {
  const closed = new AbortController();
  const scopes = new Set<CallScope>();
  const client = await newClient(server, parts.log, scopes);
  const hashes = new Map<string, string>();
  Object.assign(client, {
    onclose: () => closed.abort(),
    onerror: (error: Error) =>
      parts.log.debug({ server: server.name, reason: words(error) }, "an MCP server is amiss"),
  });
  const list = async () => {
    const sighting = await look(client, server, parts.knownTools());
    hashes.clear();
    for (const { tool, hash } of sighting.tools ?? []) hashes.set(tool, hash);
    await parts.see(sighting);
  };
  try {
    const transport = await parts.transport(closed);
    await client.connect(transport, { timeout: mcpLimits.connectMs });
    await list();
  } catch (thrown) {
    await client.close().catch(() => undefined);
    throw mcpError(thrown, server.name);
  }
  heedChanges(client, list, closed.signal, (error) => {
    parts.log.warn({ server: server.name, reason: words(error) }, "an MCP server's list failed");
  });
  const held = new Map<string, HeldCall>();
  return { client, hashes, scopes, held, closed: closed.signal, close: () => client.close() };
}

async function newClient(
  server: McpServer,
  log: Log,
  scopes: ReadonlySet<CallScope>,
): Promise<Client> {
  const { Client } = await import("@modelcontextprotocol/client");
  const client = new Client(
    { name: "flotilla", version: "1" },
    {
      capabilities: {
        elicitation: { form: {}, url: {} },
        ...(server.sampling && { sampling: {} }),
      },
      versionNegotiation: { mode: "auto" },
      // What a call needs is asked for durably; see `call-tool.ts`.
      inputRequired: { autoFulfill: false },
      listMaxPages: mcpLimits.pages,
    },
  );
  client.setRequestHandler("elicitation/create", async ({ params }) => {
    const asked = scopeOf(scopes);
    return asked ? { ...(await asked.elicit(params)) } : { action: "decline" };
  });
  if (server.sampling) {
    client.setRequestHandler("sampling/createMessage", async ({ params }) => {
      const asked = scopeOf(scopes);
      if (!asked) throw new Error("No call of this client is under way that this belongs to.");
      return { ...(await asked.sample(params)) };
    });
  }
  const mayLog = throttle(mcpLimits.logLinesPerSecond);
  client.setNotificationHandler("notifications/message", ({ params }) => {
    if (!mayLog()) return;
    const { level, logger, data } = params;
    const line = typeof data === "string" ? data : JSON.stringify(data);
    const said = line.slice(0, mcpLimits.wordsLength);
    log.info({ server: server.name, level, logger, said }, "an MCP server says something");
  });
  return client;
}

/**
 * Whose call a server's question belongs to. What comes on no call's stream (a program has one for everything) is known to be
 * of a call only while that is the only one under way.
 */
function scopeOf(scopes: ReadonlySet<CallScope>): CallScope | undefined {
  const [only] = scopes;
  return callScope.getStore() ?? (scopes.size === 1 ? only : undefined);
}

/** Reads the list of tools, as far as the settings let them through. */
async function look(
  client: Client,
  server: McpServer,
  known: readonly McpTool[],
): Promise<McpSighting> {
  const version = client.getServerVersion();
  const about = {
    name: version?.name.slice(0, 200) ?? "",
    version: version?.version.slice(0, 100) ?? "",
    protocol: client.getNegotiatedProtocolVersion() ?? "",
    resources: client.getServerCapabilities()?.resources !== undefined,
    prompts: client.getServerCapabilities()?.prompts !== undefined,
  };
  const definitions = await listDefinitions(client, server);
  const names = nameMcpTools(
    server.name,
    definitions.map(({ name }) => name),
    known,
  );
  const tools = definitions.map((definition) => ({
    tool: definition.name,
    name: names.get(definition.name) as string,
    hash: definitionHash(definition),
    definition,
  }));
  return { about, error: null, tools };
}

async function listDefinitions(client: Client, server: McpServer): Promise<McpDefinition[]> {
  if (!client.getServerCapabilities()?.tools) return [];
  const options = { timeout: mcpLimits.connectMs, cacheMode: "refresh" } as const;
  const { tools } = await byteBudget.run({ left: mcpLimits.listBytes }, () =>
    client.listTools(undefined, options),
  );
  const wanted = tools.filter(({ name }) => server.tools.some((glob) => matchesGlob(glob, name)));
  if (wanted.length <= mcpLimits.tools) return wanted.map(definitionOf);
  throw new FlotillaError(
    "tool_failed",
    `It lists ${wanted.length} tools; ${mcpLimits.tools} are taken at most.`,
    { remedy: "Name the tools you want in the server's settings, with globs." },
  );
}

/** Reads the list again when the server says that it is another, and not more often than it may be. */
function heedChanges(
  client: Client,
  list: () => Promise<void>,
  closed: AbortSignal,
  onError: (error: unknown) => void,
): void {
  let timer: NodeJS.Timeout | undefined;
  let last = performance.now();
  client.setNotificationHandler("notifications/tools/list_changed", () => {
    if (timer || closed.aborted) return;
    const wait = Math.max(0, last + mcpLimits.relistMs - performance.now());
    timer = setTimeout(() => {
      timer = undefined;
      last = performance.now();
      if (!closed.aborted) list().catch(onError);
    }, wait);
    timer.unref();
  });
  closed.addEventListener("abort", () => clearTimeout(timer), { once: true });
}

function throttle(perSecond: number): () => boolean {
  let second = 0;
  let count = 0;
  return () => {
    const now = Math.floor(performance.now() / 1_000);
    if (now !== second) [second, count] = [now, 0];
    count += 1;
    return count <= perSecond;
  };
}

function words(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, mcpLimits.wordsLength);
}
