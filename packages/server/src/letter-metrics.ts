import { deadLetterCauseSchema } from "@flotilla/core";
import type { Store } from "@flotilla/store";
import { Gauge, type Registry } from "prom-client";

/** Dead letters that nobody has replayed or discarded. */
export function registerLetters(registry: Registry, store: Pick<Store, "deadLetters">): void {
  new Gauge({
    name: "flotilla_dead_letters",
    help: "Open dead letters by cause.",
    labelNames: ["cause"],
    registers: [registry],
    async collect() {
      for (const cause of deadLetterCauseSchema.options) this.set({ cause }, 0);
      for (const { cause, count } of await store.deadLetters.count()) this.set({ cause }, count);
    },
  });
}
