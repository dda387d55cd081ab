import type { BucketState } from "@flotilla/core";
import type { Store } from "@flotilla/store";
import { Gauge, type Registry } from "prom-client";
import { sharedAnswer } from "./shared-answer.ts";

/** Metrics of provider capacity: who waits, what was let through and refused, what is paused. */
export function registerCapacity(registry: Registry, store: Store): void {
  const read = sharedAnswer(() => store.capacity.list());
  const gauge = (name: string, help: string, value: (bucket: BucketState) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ["bucket"],
      registers: [registry],
      async collect() {
        this.reset();
        for (const one of await read()) this.set({ bucket: one.bucket }, value(one));
      },
    });
  gauge("flotilla_capacity_waiting", "Calls that wait for capacity.", ({ waiting }) =>
    waiting.reduce((sum, { calls }) => sum + calls, 0),
  );
  gauge("flotilla_capacity_granted", "Calls let through, since ever.", (one) => one.granted);
  gauge(
    "flotilla_capacity_refused",
    "Calls refused by the provider, since ever.",
    (one) => one.refused,
  );
  gauge("flotilla_capacity_paused_seconds", "Seconds left of a pause; 0: none.", (one) =>
    one.pausedUntil === null ? 0 : Math.max(0, (Date.parse(one.pausedUntil) - Date.now()) / 1_000),
  );
}
