import type { Store } from "@flotilla/store";
import { Counter, Gauge, type Registry } from "prom-client";
import { sharedAnswer } from "./shared-answer.ts";

/** The metrics of the cache of answers, over all organisations. */
export function registerCache(registry: Registry, store: Pick<Store, "cache">): void {
  const registers = [registry];
  const figures = sharedAnswer(() => store.cache.figures());
  new Counter({
    name: "flotilla_cache_calls_total",
    help: "Model calls of agents whose cache is on, by what came of them.",
    labelNames: ["outcome"],
    registers,
    async collect() {
      const { hits, shared, misses } = await figures();
      this.reset();
      this.inc({ outcome: "hit" }, hits);
      this.inc({ outcome: "shared" }, shared);
      this.inc({ outcome: "miss" }, misses);
    },
  });
  new Counter({
    name: "flotilla_cache_saved_micro_usd_total",
    help: "What calls would have cost that the cache answered, in micro-USD.",
    registers,
    async collect() {
      const { savedMicros } = await figures();
      this.reset();
      this.inc(savedMicros);
    },
  });
  new Gauge({
    name: "flotilla_cache_entries",
    help: "Answers that are kept.",
    registers,
    async collect() {
      this.set((await figures()).entries);
    },
  });
  new Gauge({
    name: "flotilla_cache_bytes",
    help: "Size of the answers that are kept.",
    registers,
    async collect() {
      this.set((await figures()).bytes);
    },
  });
}
