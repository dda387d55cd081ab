import type { TakenDelivery } from "@flotilla/core";

/** What an attempt to send came to; `again`: the same may be taken later. */
export type SendResult =
  | { kind: "delivered" }
  | { kind: "again"; error: string; afterMs?: number }
  | { kind: "failed"; error: string };

/** Sends a delivery once, within bounds of its own. Throws nothing. */
export type Sender = (delivery: TakenDelivery) => Promise<SendResult>;
