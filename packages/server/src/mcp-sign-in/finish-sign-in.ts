import type { McpSignInEnd } from "@flotilla/api";
import { FlotillaError, userOf, type Caller, type McpServer } from "@flotilla/core";
import type { StoreView } from "@flotilla/store";
import type { SignInAttempt } from "@flotilla/tools";
import type { AppParts } from "../app-parts.ts";
import { contextOf, openCredential } from "../vault/sealed-credential.ts";
import { attemptId } from "./begin-sign-in.ts";

/** Others may sign in at the same moment. */
const tries = 3;

/**
 * Keeps the tokens for what a person has brought back, and returns the server. Throws `not_found` for what was used, is over,
 * or is somebody else's.
 */
export async function finishSignIn(
  { mcp, store, vault }: Pick<AppParts, "mcp" | "store" | "vault">,
  { mcpServers }: Pick<StoreView, "mcpServers">,
  caller: Caller,
  { state, ...answer }: McpSignInEnd,
): Promise<McpServer> {
  const id = attemptId(state);
  const taken = await store.mcpSignIns.take(caller, id, userOf(caller) ?? null);
  if (!taken) throw unknownAttempt();
  const place = { organisation: caller.organisation, credentialId: id, version: 0 };
  const dataKey = await vault.keyring.unwrap(taken.keyId, taken.wrappedKey, contextOf(place));
  const attempt = JSON.parse(openCredential(dataKey, place, taken.sealed)) as SignInAttempt;
  dataKey.fill(0);
  const server = await mcpServers.get(taken.server);
  const secrets = await mcp.signIns.finish(server, attempt, answer);
  for (let at = 0; at < tries; at++) {
    const kept = await vault.signIns.read(server);
    if (await vault.signIns.connect(server, kept?.version ?? 0, secrets, caller.name)) {
      return mcpServers.get(server.name);
    }
  }
  throw new FlotillaError("conflict", `${server.name} was changed meanwhile.`, {
    remedy: `Connect it again: flotilla mcp connect ${server.name}`,
  });
}

function unknownAttempt(): FlotillaError {
  const message = "This sign-in is over, was used already, or was begun by somebody else.";
  return new FlotillaError("not_found", message, {
    remedy: "Begin it again: Connect, on the server's page.",
  });
}
