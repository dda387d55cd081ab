import {
  FlotillaError,
  type CredentialPort,
  type CredentialScope,
  type Log,
  type McpPrompt,
  type McpPromptMessage,
  type McpServer,
  type McpServerEntry,
  type McpStore,
  type OutgoingRequest,
} from "@flotilla/core";
import type { Transport } from "@modelcontextprotocol/client";
import { parseAllowList } from "../http/destination.ts";
import { openNetwork, resolveBySystem, type Resolve } from "../http/network.ts";
import type { Tool } from "../tool.ts";
import { Connections } from "./connections.ts";
import { httpTransport, type HttpTransportParts } from "./http-transport.ts";
import { getPrompt, listPrompts } from "./prompts.ts";
import { stdioTransport, type StdioParts } from "./stdio-transport.ts";
import { ToolBook } from "./tool-book.ts";

export interface McpParts {
  store: McpStore;
  credentials: Pick<CredentialPort, "place">;
  log: Log;
  /** `host:port` of own servers that may be reached although they are private. */
  allow: readonly string[];
  resolve?: Resolve;
  /** Left out: servers over stdio are refused. */
  stdio?: StdioParts;
}

/** The MCP servers of all organisations, as a process uses them. */
export interface Mcp {
  /** What runs there may call of them. Costs no statement but now and then. */
  toolsOf(place: CredentialScope): Promise<readonly Tool[]>;
  /** Connects to a server and keeps what it says. Never rejects: what is wrong is in what it returns. */
  look(entry: McpServerEntry): Promise<{ ms: number; error: string | null }>;
  /** Those that a server has for people to start a run from. Throws `tool_failed`. */
  prompts(entry: McpServerEntry): Promise<McpPrompt[]>;
  /** One of them, filled in. Throws `tool_failed`. */
  prompt(
    entry: McpServerEntry,
    prompt: { name: string; arguments: Record<string, string> },
  ): Promise<McpPromptMessage[]>;
  close(): Promise<void>;
}

export function openMcp({ store, credentials, log, allow, resolve, stdio }: McpParts): Mcp {
  const list = parseAllowList(allow);
  const network = openNetwork(list, resolve ?? resolveBySystem);
  const http: HttpTransportParts = {
    ...{ network, allow: list },
    place: (request, server) => placeFor(credentials, request, server),
  };
  const connections = new Connections({
    log,
    see: (serverId, sighting) => store.see(serverId, sighting),
    transport: ({ server }) => transportOf(server, http, stdio),
  });
  const book = new ToolBook(store, connections);
  const end = book.listen();
  return {
    toolsOf: (place) => book.of(place),
    prompts: (entry) => listPrompts(connections, entry),
    prompt: (entry, prompt) => getPrompt(connections, entry, prompt),
    async look(entry) {
      const begun = performance.now();
      const error = await connections.look(entry).then(
        () => null,
        (thrown: Error) => thrown.message,
      );
      return { ms: Math.round(performance.now() - begun), error };
    },
    async close() {
      end();
      await connections.close();
      await network.close();
    },
  };
}

/** Servers are an organisation's, and so are the credentials that their settings name; no run's. */
function placeFor(
  credentials: Pick<CredentialPort, "place">,
  request: OutgoingRequest,
  { organisation, environment, name }: McpServer,
): Promise<OutgoingRequest> {
  const user = { organisation, environment, runId: null, by: `mcp ${name}` };
  return credentials.place(request, user);
}

async function transportOf(
  server: McpServer,
  http: HttpTransportParts,
  stdio: StdioParts | undefined,
): Promise<Transport> {
  const { transport } = server;
  if (transport.kind === "http") return httpTransport(server, transport, http);
  if (stdio) return stdioTransport(server, transport, stdio);
  throw new FlotillaError("tool_forbidden", "This process starts no programs.");
}
