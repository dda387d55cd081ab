import { hash, randomBytes } from "node:crypto";
import type { McpConnect } from "@flotilla/api";
import { FlotillaError, userOf, type Caller, type McpServer } from "@flotilla/core";
import type { AppParts } from "../app-parts.ts";
import { sealCredential } from "../vault/sealed-credential.ts";
import type { signInAddresses } from "./addresses.ts";

/** As long as somebody may take to sign in. */
const patienceMs = 10 * 60_000;

/**
 * Begins the way of a person to a server's authorization server and back. What he brings back can be used once, by him alone,
 * and for ten minutes. Throws `conflict` where nobody signs in.
 */
export async function beginSignIn(
  { mcp, store, vault, clock }: Pick<AppParts, "mcp" | "store" | "vault" | "clock">,
  caller: Caller,
  server: McpServer,
  addresses: ReturnType<typeof signInAddresses>,
): Promise<McpConnect> {
  requirePerson(server);
  const { id: serverId, organisation, environment } = server;
  const state = newState({ organisation, environment });
  const kept = await vault.signIns.read(server);
  const begun = await mcp.signIns.begin(server, addresses, state, kept?.secrets ?? null);
  const id = attemptId(state);
  const sealed = await sealCredential(
    vault.keyring,
    { organisation, credentialId: id, version: 0 },
    JSON.stringify(begun.attempt),
  );
  const attempt = { id, serverId, hash: server.hash, userId: userOf(caller) ?? null, ...sealed };
  await store.mcpSignIns.begin(server, { ...attempt, leaseMs: patienceMs });
  const expiresAt = new Date(clock.now() + patienceMs).toISOString();
  return { url: begun.address, expiresAt };
}

/** Of what a person brings back only this is kept. */
export function attemptId(state: string): string {
  return hash("sha256", state);
}

/** Says where it was begun as well, so that the web app asks there. */
function newState(place: { organisation: string; environment: string }): string {
  const nonce = randomBytes(24).toString("base64url");
  return Buffer.from(JSON.stringify({ ...place, nonce })).toString("base64url");
}

/** Throws `conflict` for a server at which the platform signs in by itself. */
export function requirePerson({ name, transport }: McpServer): void {
  if (transport.kind !== "http" || transport.oauth?.as !== "client") return;
  const message = `The platform signs in at ${name} by itself, as the client that its settings name.`;
  throw new FlotillaError("conflict", message, {
    remedy: `Try it with: flotilla mcp test ${name}. To stop it: flotilla mcp disable ${name}`,
  });
}
