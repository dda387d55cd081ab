import {
  defaultEnvironment,
  homeOrganisation,
  type ActivityOutcome,
  type Actor,
  type JsonObject,
} from "@flotilla/core";
import { correlation } from "@flotilla/engine";
import type { Context } from "hono";
import type { ServerEnv } from "../app-parts.ts";
import { clientAddress } from "../http/client-address.ts";

export interface Deed {
  /** A permission, or `noun.verb` of a sign-in event. */
  action: string;
  outcome: ActivityOutcome;
  /** Method and pattern of the route, or the command of a stream. */
  operation?: string;
  resource?: string;
  status?: number;
  /** Default: the request's caller. */
  actor?: Actor;
  /** Default: the caller's. */
  organisation?: string;
  environment?: string;
  details?: JsonObject;
}

const longest = 1_000;

/** Notes what the request's caller did: with its ids, and where it came from. */
export function noteActivity(c: Context<ServerEnv>, deed: Deed): void {
  const { caller, parts, requestId } = c.var as Partial<ServerEnv["Variables"]>;
  const actor = deed.actor ?? caller;
  parts?.activity.note({
    organisation: deed.organisation ?? caller?.organisation ?? homeOrganisation,
    environment: deed.environment ?? caller?.environment ?? defaultEnvironment,
    actor: actor
      ? { kind: actor.kind, id: text(actor.id), name: text(actor.name) }
      : { kind: "unknown", id: "", name: "" },
    action: text(deed.action),
    operation: text(deed.operation),
    resource: text(deed.resource),
    outcome: deed.outcome,
    status: deed.status ?? null,
    requestId: text(requestId),
    traceId: correlation()?.traceId ?? null,
    ip: clientAddress(c),
    userAgent: text(c.req.header("user-agent")),
    details: deed.details ?? null,
  });
}

/** As the database can hold it. */
function text(given: string): string;
function text(given: string | undefined): string | null;
function text(given: string | undefined): string | null {
  return given?.slice(0, longest).replaceAll("\0", " ").toWellFormed() ?? null;
}
