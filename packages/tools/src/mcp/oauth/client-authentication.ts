import type { CredentialPort, McpOauth, McpServer } from "@flotilla/core";
import type { OAuthClientProvider } from "@modelcontextprotocol/client";

export type Authenticate = NonNullable<OAuthClientProvider["addClientAuthentication"]>;
type Client = { client_id: string; client_secret?: string };

/**
 * How a client whose secret is a credential proves itself: the secret goes to the hosts of the credential's binding and
 * nowhere else, whatever the server says where its tokens are from. Undefined: the client has no such secret.
 */
export function clientAuthentication(
  server: McpServer,
  credentials: Pick<CredentialPort, "login">,
): Authenticate | undefined {
  const { transport } = server;
  const oauth = transport.kind === "http" ? transport.oauth : undefined;
  const { clientId, credential } = oauth ?? {};
  if (!oauth || clientId === undefined || credential === undefined) return undefined;
  return async (headers, params, address, metadata) => {
    const secret = await secretAt(server, credentials, credential, address);
    if (oauth.signs === undefined) {
      const client = { client_id: clientId, client_secret: secret };
      return proveClient(headers, params, client, metadata?.token_endpoint_auth_methods_supported);
    }
    const { createPrivateKeyJwtAuth } = await import("@modelcontextprotocol/client");
    const key = {
      privateKey: pemOf(secret),
      alg: oauth.signs,
      issuer: clientId,
      subject: clientId,
    };
    await createPrivateKeyJwtAuth(key)(headers, params, address, metadata);
  };
}

/** The secret of a credential that may be a login at the host of an address; it is sent nowhere else. */
export async function secretAt(
  { name, organisation, environment }: McpServer,
  { login }: Pick<CredentialPort, "login">,
  credential: string,
  address: string | URL,
): Promise<string> {
  const url = new URL(address);
  const isPrivate = url.protocol === "https:";
  const port = Number(url.port || (isPrivate ? 443 : 80));
  const endpoint = { host: url.hostname, port, isPrivate };
  const user = { organisation, environment, runId: null, by: `mcp ${name}` };
  return (await login(credential, [endpoint], user)).secret;
}

/** Adds what a client proves itself by, as RFC 6749 has it, by a way that the server takes. */
export function proveClient(
  headers: Headers,
  params: URLSearchParams,
  { client_id: id, client_secret: secret }: Client,
  methods: readonly string[] = [],
): void {
  const isBasic = methods.length === 0 || methods.includes("client_secret_basic");
  if (secret !== undefined && isBasic) {
    // The parts are encoded as in forms (RFC 6749, 2.3.1).
    const pair = [id, secret].map((part) => new URLSearchParams([["", part]]).toString().slice(1));
    headers.set("authorization", `Basic ${btoa(pair.join(":"))}`);
    return;
  }
  params.set("client_id", id);
  if (secret !== undefined) params.set("client_secret", secret);
}

/** A credential is one line, a private key has many. */
function pemOf(secret: string): string {
  const body = secret.replace(/-----[A-Z ]+-----/g, "").replace(/\s|\\n/g, "");
  return `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`;
}

/** The client as it was registered beforehand; undefined: the platform registers itself. */
export function givenClient(oauth: McpOauth | undefined): Client | undefined {
  return oauth?.clientId === undefined ? undefined : { client_id: oauth.clientId };
}
