import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Provider } from "oidc-provider";

export interface OidcAccount {
  email: string;
  email_verified: boolean;
  name: string;
}

export interface OidcServer {
  issuer: string;
  /**
   * Goes the way of a person's browser from the address that Flotilla gave, through login and consent,
   * to the address that the provider sends him back to.
   */
  signIn(url: string, account: string): Promise<string>;
  close(): void;
}

export const oidcClient = { clientId: "flotilla", secret: "a secret of the client" };

/** A real OpenID provider on loopback that demands PKCE. Account ids are keys of `accounts`. */
export async function startOidcServer(
  accounts: Record<string, OidcAccount>,
  redirectUris: string[],
): Promise<OidcServer> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: oidcClient.clientId,
        client_secret: oidcClient.secret,
        redirect_uris: redirectUris,
        grant_types: ["authorization_code"],
        response_types: ["code"],
      },
    ],
    pkce: { required: () => true },
    claims: { email: ["email", "email_verified"], profile: ["name"], openid: ["sub"] },
    conformIdTokenClaims: false,
    cookies: { keys: ["of the test"] },
    // Said, because it tells of each that is not.
    ttl: {
      ...{ AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600 },
      ...{ Interaction: 600, Session: 600 },
    },
    features: { devInteractions: { enabled: true } },
    findAccount: (_: unknown, id: string) =>
      accounts[id] && {
        accountId: id,
        claims: async () => ({ sub: id, ...accounts[id] }),
      },
  });
  server.on("request", provider.callback());
  return {
    issuer,
    signIn: (url, account) => goThrough(issuer, url, account),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Goes the way of a browser through the provider's forms, to an address that is not the provider's. */
export async function goThrough(issuer: string, start: string, account: string): Promise<string> {
  const cookies = new Map<string, string>();
  let url = start;
  let form: URLSearchParams | undefined;
  for (let steps = 0; steps < 15; steps++) {
    const answer = await fetch(url, {
      redirect: "manual",
      headers: { cookie: Array.from(cookies, ([name, value]) => `${name}=${value}`).join("; ") },
      ...(form && { method: "POST", body: form }),
    });
    form = undefined;
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      cookies.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
    }
    const location = answer.headers.get("location");
    if (location) {
      url = new URL(location, url).href;
      if (!url.startsWith(issuer)) return url;
      continue;
    }
    const page = await answer.text();
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
    const action = /action="([^"]+)"/.exec(page)?.[1];
    if (!prompt || !action) throw new Error(`no form at ${url}: ${page.slice(0, 500)}`);
    url = new URL(action, url).href;
    form = new URLSearchParams({ prompt, login: account, password: "any" });
  }
  throw new Error("the provider sends people in a circle");
}
