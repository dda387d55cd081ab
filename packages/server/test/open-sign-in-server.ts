import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localCaller, newId, type Caller, type Role } from "@flotilla/core";
import { systemClock } from "@flotilla/engine";
import type { Hono } from "hono";
import type { ServerEnv } from "../src/app-parts.ts";
import { openSignIn, type SignIn, type SignInSettings } from "../src/auth/open-sign-in.ts";
import { authSettings } from "../src/auth/settings.ts";
import { Redactor } from "../src/redact/redactor.ts";
import { openTestServer, type TestServer } from "./open-test-server.ts";

export interface SignInServer {
  server: TestServer;
  signIn: SignIn;
  app: Hono<ServerEnv>;
  /** A key's secret, for an `Authorization: Bearer` header. */
  keyFor(
    role: Role,
    where?: Partial<Pick<Caller, "organisation" | "environment">>,
  ): Promise<string>;
  /** Another server process' view of the same database. */
  another(): Promise<{ app: Hono<ServerEnv>; signIn: SignIn }>;
  close(): Promise<void>;
}

const origin = "http://localhost";
/** Its pages may use the API with a key, and with no cookie. */
export const otherOrigin = "http://localhost:9999";

/** A server that asks for sign-in, without sockets: it is called `http://localhost`. */
export async function openSignInServer(
  changed: Partial<SignInSettings> = {},
  onInvitation?: SignIn["onInvitation"],
): Promise<SignInServer> {
  const server = await openTestServer();
  const home = await mkdtemp(join(tmpdir(), "flotilla-sign-in-"));
  const opened: SignIn[] = [];

  async function open() {
    const settings: SignInSettings = {
      home,
      secret: undefined,
      publicUrl: undefined,
      allowedHosts: [],
      openRegistration: false,
      oidc: authSettings.oidc.parse(undefined),
      jwt: [],
      variables: {},
      ...changed,
    };
    const signIn = await openSignIn(settings, {
      store: server.store,
      rules: async () => [],
      ...(onInvitation && { onInvitation }),
      redact: new Redactor(),
      clock: systemClock,
      log: server.logger,
    });
    opened.push(signIn);
    const corsOrigins = [otherOrigin];
    return { signIn, app: server.appWith({ access: signIn.access, signIn, corsOrigins }) };
  }

  const { signIn, app } = await open();
  return {
    server,
    signIn,
    app,
    another: open,
    async keyFor(role, where = {}) {
      const { organisation, environment } = { ...localCaller, ...where };
      const headers = {
        "content-type": "application/json",
        "flotilla-organisation": organisation,
        "flotilla-environment": environment,
      };
      // The operator of the instance makes it.
      const body = JSON.stringify({ name: newId("key"), role });
      const answer = await server.app.request("/api/v1/keys", { method: "POST", headers, body });
      return ((await answer.json()) as { secret: string }).secret;
    },
    async close() {
      for (const one of opened) await one.close();
      await server.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

let browsers = 0;

/** A browser's cookies, as far as one server needs them, at an address of its own. */
export class Browser {
  readonly #app: Hono<ServerEnv>;
  readonly #address = `10.0.${Math.floor(++browsers / 250)}.${(browsers % 250) + 1}`;
  readonly cookies = new Map<string, string>();

  constructor(app: Hono<ServerEnv>) {
    this.#app = app;
  }

  async send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const cookie = Array.from(this.cookies, ([name, value]) => `${name}=${value}`).join("; ");
    const env = { incoming: { socket: { remoteAddress: this.#address } } };
    const init = {
      method,
      headers: {
        host: "localhost",
        ...(method !== "GET" && { origin }),
        ...(cookie && { cookie }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    };
    const answer = await this.#app.request(`${origin}${path}`, init, env);
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      const at = pair.indexOf("=");
      const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
      if (value === "" || /max-age=0/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.send(method, path, body);
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T;
  }
}
