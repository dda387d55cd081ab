import { createHash } from "node:crypto";
import {
  FlotillaError,
  type Clock,
  type Json,
  type JsonObject,
  type Trigger,
} from "@flotilla/core";
import type { Broker } from "../vault/broker.ts";

type WebhookSource = Extract<Trigger["source"], { kind: "webhook" }>;

/** The header that holds the signature, by scheme; a credential's binding names it. */
export const hookHeaders: Readonly<Record<WebhookSource["scheme"], string>> = {
  flotilla: "flotilla-signature",
  github: "x-hub-signature-256",
};

/** Something that was sent to a trigger, as it came. */
export interface Hook {
  header(name: string): string | undefined;
  body: string;
}

export interface CheckedHook {
  /** The sender's id of the delivery; else its signature. */
  occasion: string;
  signature: string;
  values: JsonObject;
}

/**
 * What was sent, once it is known to be signed with the trigger's secret, and lately. Throws `unauthenticated`
 * otherwise: which of the two it was is not told.
 */
export async function checkHook(
  parts: { credentials: Pick<Broker, "verify">; clock: Pick<Clock, "now"> },
  trigger: Trigger & { source: WebhookSource },
  hook: Hook,
): Promise<CheckedHook> {
  const { source, organisation, environment, name } = trigger;
  const header = hookHeaders[source.scheme];
  const signed = signedText(source, hook, hook.header(header) ?? "", parts.clock.now());
  const user = { organisation, environment, runId: null, by: "trigger" };
  const isGenuine =
    signed !== undefined &&
    (await parts.credentials.verify({ ...signed, name: source.credential, header, user }));
  if (!signed || !isGenuine) {
    throw new FlotillaError("unauthenticated", "The signature is missing, wrong or too old.", {
      remedy: `Sign the body with the trigger's secret in ${header}; see docs/triggers.md.`,
    });
  }
  const delivery = hook.header("flotilla-delivery") ?? hook.header("x-github-delivery");
  const event = hook.header("x-github-event") ?? hook.header("flotilla-event") ?? null;
  const occasion = (delivery ?? signed.signature).slice(0, 200);
  const body = JSON.parse(hook.body) as Json;
  // What was signed tells a replay apart, whatever id it comes with.
  const signature = createHash("sha256").update(signed.text).digest("hex");
  return { occasion, signature, values: { trigger: { name, event, delivery: occasion, body } } };
}

/** What the signature is of; undefined when there is none, or it is of another time. */
function signedText(
  { scheme, toleranceSeconds }: WebhookSource,
  { body }: Hook,
  said: string,
  now: number,
): { text: string; signature: string } | undefined {
  if (scheme === "github") {
    const [, signature] = /^sha256=([0-9a-f]{64})$/.exec(said) ?? [];
    return signature === undefined ? undefined : { text: body, signature };
  }
  const [, at, signature] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(said) ?? [];
  if (at === undefined || signature === undefined) return undefined;
  if (Math.abs(now / 1_000 - Number(at)) > toleranceSeconds) return undefined;
  return { text: `${at}.${body}`, signature };
}
