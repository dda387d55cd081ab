import { toFlotillaError, type Clock, type TakenDelivery } from "@flotilla/core";
import type { Outgoing } from "@flotilla/tools";
import { webhookVerdict } from "../http/webhook-answer.ts";
import type { Broker } from "../vault/broker.ts";
import type { NotificationLinks } from "./links.ts";
import type { Sender, SendResult } from "./sender.ts";

export interface WebhookParts {
  outgoing: Outgoing;
  credentials: Pick<Broker, "place" | "sign">;
  links: NotificationLinks;
  clock: Clock;
  /** Default: 10 s. */
  timeoutMs?: number;
}

/** The header that holds the time of sending and the signature; a credential's binding names it. */
export const signatureHeader = "flotilla-signature";

const longestWaitMs = 3_600_000;

/**
 * Sends a delivery as one POST of JSON, signed: `flotilla-signature: t=<seconds>,v1=<HMAC-SHA256 of "t.body">`. It goes where
 * the HTTP tools may go too, and follows no redirect.
 */
export function openWebhookSender(parts: WebhookParts): Sender {
  return async (delivery) => {
    try {
      return await post(parts, delivery);
    } catch (thrown) {
      const error = toFlotillaError(thrown);
      // What forbids it today may be set right tomorrow: it is tried again until it is given up.
      return { kind: "again", error: error.message };
    }
  };
}

async function post(parts: WebhookParts, delivery: TakenDelivery): Promise<SendResult> {
  const { outgoing, credentials, clock, timeoutMs = 10_000 } = parts;
  const { target } = delivery.channel;
  const { organisation, environment, runId, event } = delivery.notification;
  if (target.kind !== "webhook") return { kind: "failed", error: "the channel is no webhook" };
  const user = { organisation, environment, runId: runId ?? null, by: "notification" };
  const body = JSON.stringify(bodyOf(parts, delivery));
  const at = Math.floor(clock.now() / 1_000);
  const request = { url: outgoing.check(target.url), method: "POST", headers: {} };
  const { credential } = target;
  const signature = await credentials.sign(
    `${at}.${body}`,
    credential,
    signatureHeader,
    request,
    user,
  );
  const { status, headers } = await outgoing.send(
    {
      method: "POST",
      url: target.url,
      headers: {
        ...target.headers,
        "content-type": "application/json",
        "flotilla-event": event,
        "flotilla-delivery": delivery.id,
        [signatureHeader]: `t=${at},v1=${signature}`,
      },
      body,
    },
    {
      signal: AbortSignal.timeout(timeoutMs),
      place: async (outgoingRequest) => credentials.place(outgoingRequest, user),
    },
  );
  const verdict = webhookVerdict(status);
  if (verdict === "taken") return { kind: "delivered" };
  const error = `it answered with HTTP ${status}`;
  if (verdict === "refused") return { kind: "failed", error };
  const seconds = Number(headers["retry-after"]);
  const afterMs = Math.min(longestWaitMs, seconds * 1_000);
  return { kind: "again", error, ...(seconds > 0 && { afterMs }) };
}

/** What a webhook gets; `id` is that of the delivery, the same at every attempt. */
function bodyOf({ links }: WebhookParts, { id, notification, channel }: TakenDelivery) {
  const { audienceRole: _role, audienceUser: _user, id: notificationId, ...told } = notification;
  const link = links.to(notification);
  return {
    id,
    notificationId,
    channel: channel.name,
    ...told,
    ...(link !== undefined && { link }),
  };
}
