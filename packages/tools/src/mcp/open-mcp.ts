import {
  FlotillaError,
  type CredentialPort,
  type CredentialScope,
  type Log,
  type McpPrompt,
  type McpPromptMessage,
  type McpServer,
  type McpServerEntry,
  type McpSignInPort,
  type McpSignInSecrets,
  type McpStore,
  type OutgoingRequest,
} from "@flotilla/core";
import type { Transport } from "@modelcontextprotocol/client";
import { parseAllowList } from "../http/destination.ts";
import { openNetwork, resolveBySystem, type Resolve } from "../http/network.ts";
import type { Tool } from "../tool.ts";
import { Connections } from "./connections.ts";
import type { HttpAccess } from "./http-access.ts";
import { hasOwnAuthorization, httpTransport } from "./http-transport.ts";
import { beginSignIn, type SignInAddresses, type SignInAttempt } from "./oauth/begin-sign-in.ts";
import { finishSignIn, type SignInAnswer } from "./oauth/finish-sign-in.ts";
import { revokeSignIn } from "./oauth/revoke-sign-in.ts";
import { getPrompt, listPrompts } from "./prompts.ts";
import { stdioTransport, type StdioParts } from "./stdio-transport.ts";
import { ToolBook } from "./tool-book.ts";

export interface McpParts {
  store: McpStore;
  credentials: Pick<CredentialPort, "place" | "login">;
  signIns: McpSignInPort;
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
  signIns: McpSignInWays;
  close(): Promise<void>;
}

/** How people sign in at servers. All of it throws `tool_failed`, or what the network refuses. */
export interface McpSignInWays {
  /** Where somebody is to go, and what he is waited for with. Throws `conflict` when nobody can sign in there. */
  begin(
    server: McpServer,
    addresses: SignInAddresses,
    state: string,
    kept: McpSignInSecrets | null,
  ): Promise<{ address: string; attempt: SignInAttempt }>;
  /** The tokens for what he brings back. Throws `forbidden` when he was refused. */
  finish(
    server: McpServer,
    attempt: SignInAttempt,
    answer: SignInAnswer,
  ): Promise<McpSignInSecrets>;
  /** Gives tokens back, where that can be done. Never rejects. */
  revoke(server: McpServer, kept: McpSignInSecrets): Promise<boolean>;
}

export function openMcp(parts: McpParts): Mcp {
  const { store, credentials, signIns, log, allow, resolve, stdio } = parts;
  const list = parseAllowList(allow);
  const network = openNetwork(list, resolve ?? resolveBySystem);
  const http: HttpAccess = {
    ...{ network, allow: list, credentials, signIns },
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
    signIns: {
      async begin(server, addresses, state, kept) {
        if (hasOwnAuthorization(server.transport)) throw settled(server.name);
        return beginSignIn(server, http, addresses, state, kept);
      },
      finish: (server, attempt, answer) => finishSignIn(server, http, attempt, answer),
      revoke: (server, kept) => revokeSignIn(server, http, kept),
    },
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

function settled(name: string): FlotillaError {
  const message = `The settings of ${name} say what it is sent: it has an authorization header.`;
  return new FlotillaError("conflict", message, {
    remedy: "Take the header out of its settings, then connect it.",
  });
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
  http: HttpAccess,
  stdio: StdioParts | undefined,
): Promise<Transport> {
  const { transport } = server;
  if (transport.kind === "http") return httpTransport(server, transport, http);
  if (stdio) return stdioTransport(server, transport, stdio);
  throw new FlotillaError("tool_forbidden", "This process starts no programs.");
}
