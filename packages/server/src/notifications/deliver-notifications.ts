import {
  backoffMs,
  type Clock,
  type DeliveryOutcome,
  type Log,
  type RedactPort,
  type TakenDelivery,
} from "@flotilla/core";
import { repeat } from "@flotilla/engine";
import type { Store } from "@flotilla/store";
import type { Sender, SendResult } from "./sender.ts";

export interface DelivererParts {
  store: {
    notifications: Pick<Store["notifications"], "spread" | "take" | "settle">;
    signals: Pick<Store["signals"], "onNotification" | "onCatchUp">;
  };
  senders: Record<TakenDelivery["channel"]["target"]["kind"], Sender>;
  redact: RedactPort;
  clock: Clock;
  random: () => number;
  log: Log;
  /** Attempts before a delivery is given up. Default: 12, over some hours. */
  tries?: number;
  /** Of the pauses between attempts; each is twice the one before. Default: 10 s. */
  firstPauseMs?: number;
}

export interface Deliverer {
  /** Lets what is being sent finish for a moment. What it does not settle, another server sends again. */
  close(): Promise<void>;
}

/** What one server sends at a time, and to one channel: a slow one leaves room for all others. */
const atOnce = 64;
const perChannel = 4;
/** Longer than any sender takes. */
const leaseMs = 90_000;
const longestPauseMs = 3_600_000;
const spreadAtOnce = 500;
const closeWithinMs = 2_000;

/**
 * Delivers notifications. Every server does: they take different ones. Each is sent at least once under one id; when an
 * attempt comes to nothing the next follows after a growing pause, and after the last one the reason stays with it. A channel
 * that takes nothing holds up no other.
 */
export function openDeliverer(parts: DelivererParts): Deliverer {
  const { store, log } = parts;
  const sending = new Set<Promise<void>>();
  const byChannel = new Map<string, number>();
  let isClosed = false;

  const loop = repeat("delivering notifications", log, { everyMs: 1_000, quietMs: 20 }, turn);
  const unlisten = [
    store.signals.onNotification(() => loop.poke()),
    store.signals.onCatchUp(() => loop.poke()),
  ];

  async function turn(): Promise<void> {
    while ((await store.notifications.spread(spreadAtOnce)) === spreadAtOnce);
    while (!isClosed && sending.size < atOnce) {
      const busy = Array.from(byChannel).filter(([, count]) => count >= perChannel);
      const taken = await store.notifications.take({
        limit: atOnce - sending.size,
        perChannel,
        leaseMs,
        busy: busy.map(([channel]) => channel),
      });
      for (const delivery of taken) start(delivery);
      if (taken.length === 0) return;
    }
  }

  function start(delivery: TakenDelivery): void {
    const { id } = delivery.channel;
    byChannel.set(id, (byChannel.get(id) ?? 0) + 1);
    const sent = deliver(parts, delivery)
      .catch((error: unknown) =>
        log.warn({ err: error, delivery: delivery.id }, "what became of a delivery was not kept"),
      )
      .finally(() => {
        sending.delete(sent);
        const left = (byChannel.get(id) ?? 1) - 1;
        if (left > 0) byChannel.set(id, left);
        else byChannel.delete(id);
        // There may be more for it.
        loop.poke();
      });
    sending.add(sent);
  }

  return {
    async close() {
      isClosed = true;
      for (const end of unlisten) end();
      await loop.stop();
      const moment = new Promise((done) => setTimeout(done, closeWithinMs).unref());
      await Promise.race([Promise.all(sending), moment]);
    },
  };
}

async function deliver(parts: DelivererParts, delivery: TakenDelivery): Promise<void> {
  const { store, senders, log } = parts;
  const result = await senders[delivery.channel.target.kind](delivery);
  const outcome = outcomeOf(parts, delivery, result);
  await store.notifications.settle(delivery, outcome);
  if (outcome.kind !== "failed") return;
  const { channel, id, attempt } = delivery;
  const about = { delivery: id, channel: channel.name, attempt, reason: outcome.error };
  log.warn(about, "a notification could not be delivered and is given up");
}

function outcomeOf(
  { redact, random, tries = 12, firstPauseMs = 10_000 }: DelivererParts,
  { attempt, notification }: TakenDelivery,
  result: SendResult,
): DeliveryOutcome {
  if (result.kind === "delivered") return result;
  const error = redact.of(notification.organisation).text(result.error).slice(0, 1_000);
  if (result.kind === "failed" || attempt >= tries) return { kind: "failed", error };
  const pauseMs = firstPauseMs / 10 + backoffMs(attempt, firstPauseMs, longestPauseMs, random);
  return { kind: "again", error, inMs: Math.max(pauseMs, result.afterMs ?? 0) };
}
