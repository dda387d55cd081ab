import {
  pickConnection,
  type Connection,
  type ConnectionKind,
  type ConnectionLogin,
  type CredentialUser,
  endpointsOf,
  type OpenedConnection,
  type SettingsOf,
} from "@flotilla/core";
import { checkUse, mayUse } from "./check-tool-use.ts";
import type { Segment } from "./segment.ts";

/**
 * The connection that a tool of the run means, of those that the run may use, with what opens it; see
 * `ToolContext.connection`. Its login goes only to servers that its credential is bound to.
 */
export async function openConnection<Kind extends ConnectionKind>(
  segment: Segment,
  user: CredentialUser,
  kind: Kind,
  name?: string,
): Promise<OpenedConnection<Kind>> {
  const found = await usableConnection(segment, kind, name);
  const settings = found.settings as SettingsOf<Kind>;
  return { name: found.name, settings, login: await openLogin(segment, found, user) };
}

async function usableConnection(
  segment: Segment,
  kind: ConnectionKind,
  name?: string,
): Promise<Connection> {
  const { run } = segment.journal;
  const { organisation, environment, startedBy } = run;
  const all = await segment.parts.store.connections.of({ organisation, environment });
  const named = all.find((one) => one.name === name && one.settings.kind === kind);
  if (named) await checkUse(segment, "connections.use", named.name, "the connection");
  const rules = startedBy ? await segment.parts.accessRules.of(organisation) : [];
  const usable = all.filter((one) => mayUse(run, rules, "connections.use", one.name).allowed);
  return pickConnection(kind, name, usable);
}

/** A run that may not use the credential may not use what it opens. */
async function openLogin(
  segment: Segment,
  { credential, settings }: Connection,
  user: CredentialUser,
): Promise<ConnectionLogin | null> {
  if (credential === null) return null;
  await checkUse(segment, "credentials.use", credential, "the credential");
  return segment.parts.credentials.login(credential, endpointsOf(settings), user);
}
