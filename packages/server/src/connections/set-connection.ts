import type { connectionSetSchema } from "@flotilla/api";
import {
  endpointsOf,
  FlotillaError,
  newId,
  toFlotillaError,
  type Caller,
  type Connection,
  type ConnectionLogin,
  type ConnectionSettings,
} from "@flotilla/core";
import type { StoreView } from "@flotilla/store";
import type { z } from "zod";
import type { AppParts } from "../app-parts.ts";
import { setCredential } from "../vault/set-credential.ts";

type Given = z.output<typeof connectionSetSchema>;
type Parts = Pick<AppParts, "vault" | "models" | "redact" | "clock" | "providers" | "connections">;

/** The credential that a connection has of its own. */
export function ownLogin(connection: string): string {
  return `connection-${connection}`;
}

/**
 * Sets a connection; with a login it gets a credential of its own, which goes to its servers alone. Throws
 * `invalid_request`, `credentials_missing`, and `tool_forbidden` for a credential that may not be its login.
 */
export async function setConnection(
  parts: Parts,
  store: StoreView,
  caller: Caller,
  name: string,
  given: Given,
): Promise<Connection> {
  const { settings, description, login } = given;
  const credential = await credentialOf(parts, store, caller, name, given);
  checkComplete(settings, credential);
  if (credential !== null && login === undefined) {
    await openLogin(parts, caller, { settings, credential });
  }
  return store.connections.set({
    ...{ id: newId("con", parts.clock.now()), name, description, settings, credential },
    createdBy: caller.name,
  });
}

async function credentialOf(
  parts: Parts,
  store: StoreView,
  caller: Caller,
  name: string,
  { settings, credential, login }: Given,
): Promise<string | null> {
  const own = ownLogin(name);
  if (login === undefined) {
    if (credential !== undefined) return credential;
    return (await store.connections.find(name))?.credential ?? null;
  }
  const { user, secret } = login;
  const hosts = endpointsOf(settings).map(({ host, port }) => `${host}:${port}`);
  await setCredential(parts, store, caller, own, {
    kind: user === undefined ? "generic" : "basic",
    description: `Opens the connection ${name}`,
    binding: { hosts: [...new Set(hosts)], methods: ["GET"], headers: [], query: [], login: true },
    secret: user === undefined ? secret : `${user}:${secret}`,
  });
  return own;
}

/** Throws `invalid_request` where nothing would be let in. */
function checkComplete({ kind }: ConnectionSettings, credential: string | null): void {
  if (credential !== null || kind === "search" || kind === "calendar") return;
  throw new FlotillaError("invalid_request", `A ${kind} connection needs a login.`, {
    remedy: "Send a login with user and secret, or name a credential of kind basic.",
  });
}

/** Connects now, and notes what came of it. */
export async function testConnection(
  parts: Parts,
  store: StoreView,
  caller: Caller,
  connection: Connection,
): Promise<Connection> {
  const { settings, name } = connection;
  const message = await openLogin(parts, caller, connection)
    .then((login) => parts.connections.test(settings, login))
    .then(
      () => "",
      (error: unknown) => toFlotillaError(error).message,
    );
  const told = parts.redact.of(caller.organisation).text(message);
  await store.connections.noteTest({ ...connection, message: told });
  return readConnection(store, name);
}

async function openLogin(
  { vault }: Pick<Parts, "vault">,
  { organisation, environment }: Caller,
  { settings, credential }: Pick<Connection, "settings" | "credential">,
): Promise<ConnectionLogin | null> {
  if (credential === null) return null;
  await vault.refresh();
  const user = { organisation, environment, runId: null, by: "test" };
  return vault.credentials.login(credential, endpointsOf(settings), user);
}

/** Throws `not_found`. */
export async function readConnection(store: StoreView, name: string): Promise<Connection> {
  const found = await store.connections.find(name);
  if (found) return found;
  throw new FlotillaError("not_found", `There is no connection ${name}.`);
}
