import { randomBytes } from "node:crypto";
import type { ChannelMade, channelSetSchema } from "@flotilla/api";
import {
  FlotillaError,
  newId,
  placeholdersIn,
  type Caller,
  type ChannelTarget,
} from "@flotilla/core";
import type { StoreView } from "@flotilla/store";
import type { z } from "zod";
import type { AppParts } from "../app-parts.ts";
import { setCredential } from "../vault/set-credential.ts";
import { signatureHeader } from "./send-webhook.ts";

type Given = z.output<typeof channelSetSchema>;
type GivenWebhook = Extract<Given["target"], { kind: "webhook" }>;
type Parts = Pick<
  AppParts,
  "vault" | "models" | "redact" | "clock" | "providers" | "outgoing" | "sendsEmail"
>;

/** The credential that a channel has of its own. */
export function ownCredential(channel: string): string {
  return `notification-${channel}`;
}

/** The credentials that somebody names for a channel: he needs leave to use them. */
export function namedCredentials({ target }: Given): string[] {
  if (target.kind !== "webhook") return [];
  const inHeaders = Object.values(target.headers).flatMap((value) => placeholdersIn(value));
  return [...new Set([...inHeaders, ...(target.credential ? [target.credential] : [])])];
}

/**
 * Sets a channel; a webhook without a credential gets one of its own, whose secret is in the answer. Throws
 * `tool_forbidden` for an address that may not be reached, `credentials_missing`, or `config_invalid` for e-mail without a
 * server for it.
 */
export async function setNotificationChannel(
  parts: Parts,
  store: StoreView,
  caller: Caller,
  name: string,
  given: Given,
): Promise<ChannelMade> {
  const { target: wanted, ...filter } = given;
  const { target, secret } =
    wanted.kind === "webhook"
      ? await webhookOf(parts, store, caller, name, wanted)
      : { target: checkEmail(parts, wanted), secret: undefined };
  const channel = await store.notifications.setChannel({
    ...{ id: newId("nch", parts.clock.now()), name, ...filter, target, createdBy: caller.name },
  });
  return { ...channel, ...(secret !== undefined && { secret }) };
}

function checkEmail(
  { sendsEmail }: Parts,
  target: Extract<ChannelTarget, { kind: "email" }>,
): ChannelTarget {
  if (!sendsEmail) {
    throw new FlotillaError("invalid_request", "This server sends no e-mail.", {
      remedy: "Whoever runs it sets `smtp` in its configuration (docs/notifications.md).",
    });
  }
  if (target.people || target.addresses.length > 0) return target;
  throw new FlotillaError("invalid_request", "Nobody would get it.", {
    remedy: "Name addresses, or let people be told.",
  });
}

async function webhookOf(
  parts: Parts,
  store: StoreView,
  caller: Caller,
  name: string,
  { credential, ...wanted }: GivenWebhook,
): Promise<{ target: ChannelTarget; secret: string | undefined }> {
  const url = parts.outgoing.check(wanted.url);
  const own = ownCredential(name);
  const target = { ...wanted, credential: credential ?? own };
  let secret: string | undefined;
  if (credential === undefined && !(await isBound(store, own, url.host))) {
    secret = `whsec_${randomBytes(32).toString("base64url")}`;
    const binding = {
      hosts: [url.host],
      methods: ["POST" as const],
      headers: [signatureHeader],
      query: [],
    };
    const description = `Signs what the notification channel ${name} sends`;
    await setCredential(parts, store, caller, own, {
      ...{ kind: "generic", description, binding, secret },
    });
  }
  await checkSigning(parts, caller, target);
  return { target, secret };
}

async function isBound(store: StoreView, name: string, host: string): Promise<boolean> {
  const known = await store.credentials.find(name);
  return known?.binding.hosts.includes(host) === true;
}

/** Throws when the credential could not sign what is to be sent. */
async function checkSigning(
  { vault, outgoing }: Parts,
  { organisation, environment }: Caller,
  { url, credential }: Extract<ChannelTarget, { kind: "webhook" }>,
): Promise<void> {
  const request = { url: outgoing.check(url), method: "POST", headers: {} };
  const user = { organisation, environment, runId: null, by: "notification" };
  await vault.refresh();
  await vault.credentials.sign("", credential, signatureHeader, request, user);
}
