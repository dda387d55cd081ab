import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Provider } from "oidc-provider";
import {
  openTestMcpServer,
  type Gate,
  type TestMcpServer,
} from "../../tools/src/mcp/test-mcp-server.ts";
import { goThrough } from "./oidc-server.ts";

export interface OAuthPeer extends TestMcpServer {
  issuer: string;
  /** Of both servers, to be allowed. */
  hosts: string[];
  /** What tokens must be good for. */
  wanted: string;
  /** Requests to the authorization server, as `POST /token`. */
  asked: string[];
  /** Goes the way of a person's browser; returns the address that he comes back to. */
  signIn(url: string): Promise<URL>;
  /** Takes back all that was granted. */
  takeBack(): void;
  /** Ends the access tokens that are out. */
  endTokens(): void;
  /** What the server says who its tokens are from. */
  metadata: Record<string, unknown>;
  /** Where it says that that is to be read. */
  metadataUrl: string;
  /** Answers before the MCP server does. */
  answers: Gate;
}

/**
 * An MCP server on loopback whose tools are for those who have signed in at a real authorization server beside it: clients register
 * there themselves, tokens are for the MCP server alone, and refresh tokens are good for one use.
 */
export async function openOAuthPeer(): Promise<OAuthPeer> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kept: Kept = new Map();
  const provider = newProvider(issuer, kept);
  const asked: string[] = [];
  server.on("request", (request, response) => {
    asked.push(`${request.method} ${(request.url ?? "").replace(/[?/][^/]{20,}$/, "")}`);
    provider.callback()(request, response);
  });
  const gate: Gate = async (request, response) => {
    if (await peer.answers(request, response)) return true;
    if (request.url?.startsWith("/.well-known/oauth-protected-resource")) {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(peer.metadata));
      return true;
    }
    const text = request.headers.authorization?.replace(/^Bearer /, "");
    const token = text === undefined ? undefined : await provider.AccessToken.find(text);
    const isGood = token?.aud === peer.url;
    const has = new Set((token?.scope ?? "").split(" "));
    if (isGood && peer.wanted.split(" ").every((one) => has.has(one))) return false;
    const why = isGood ? `error="insufficient_scope", ` : "";
    const where = `resource_metadata="${peer.metadataUrl}", scope="${peer.wanted}"`;
    response.writeHead(isGood ? 403 : 401, { "www-authenticate": `Bearer ${why}${where}` }).end();
    return true;
  };
  const mcp = await openTestMcpServer({}, gate);
  const peer: OAuthPeer = {
    ...mcp,
    ...{ issuer, asked, wanted: "read" },
    hosts: [mcp.host, new URL(issuer).host],
    metadata: { resource: mcp.url, authorization_servers: [issuer], scopes_supported: ["read"] },
    metadataUrl: `http://${mcp.host}/.well-known/oauth-protected-resource/mcp`,
    answers: () => false,
    signIn: async (url) => new URL(await goThrough(issuer, url, "ann")),
    takeBack: () => forget(kept, /^(AccessToken|RefreshToken):/),
    endTokens: () => forget(kept, /^AccessToken:/),
    close() {
      mcp.close();
      server.closeAllConnections();
      server.close();
    },
  };
  return peer;
}

type Payload = Record<string, unknown>;
/** By kind and id. */
type Kept = Map<string, Payload>;

function forget(kept: Kept, which: RegExp): void {
  for (const key of kept.keys()) if (which.test(key)) kept.delete(key);
}

/** What the provider keeps, where the test can reach it. */
function adapterOf(kept: Kept) {
  return class {
    readonly #kind: string;
    constructor(kind: string) {
      this.#kind = kind;
    }
    async upsert(id: string, payload: Payload): Promise<void> {
      kept.set(`${this.#kind}:${id}`, payload);
    }
    async find(id: string): Promise<Payload | undefined> {
      return kept.get(`${this.#kind}:${id}`);
    }
    async findByUid(uid: string): Promise<Payload | undefined> {
      return [...kept.values()].find((payload) => payload["uid"] === uid);
    }
    async consume(id: string): Promise<void> {
      Object.assign(kept.get(`${this.#kind}:${id}`) ?? {}, { consumed: Date.now() });
    }
    async destroy(id: string): Promise<void> {
      kept.delete(`${this.#kind}:${id}`);
    }
    async revokeByGrantId(grantId: string): Promise<void> {
      for (const [key, payload] of kept) if (payload["grantId"] === grantId) kept.delete(key);
    }
  };
}

function newProvider(issuer: string, kept: Kept) {
  return new Provider(issuer, {
    adapter: adapterOf(kept),
    scopes: ["openid", "offline_access", "read", "write"],
    pkce: { required: () => true },
    cookies: { keys: ["of the test"] },
    ttl: {
      ...{ AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600 },
      ...{ Interaction: 600, Session: 600, RefreshToken: 600 },
    },
    issueRefreshToken: async () => true,
    rotateRefreshToken: true,
    features: {
      devInteractions: { enabled: true },
      registration: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: async () => true,
        getResourceServerInfo: async (_: unknown, resource: string) => ({
          ...{ scope: "read write", audience: resource, accessTokenFormat: "opaque" },
          accessTokenTTL: 600,
        }),
      },
    },
    findAccount: (_: unknown, id: string) => ({
      accountId: id,
      claims: async () => ({ sub: id }),
    }),
  });
}
