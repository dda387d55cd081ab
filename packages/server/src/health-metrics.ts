import type { Store } from "@flotilla/store";
import { Counter, Gauge, type Registry } from "prom-client";
import { sharedAnswer } from "./shared-answer.ts";

const stateValues = { ok: 0, degraded: 1, down: 2 } as const;

/** How the components are, as the last look at them found; and what went wrong, in groups. */
export function registerHealth(registry: Registry, store: Pick<Store, "health" | "errors">): void {
  const registers = [registry];
  const current = sharedAnswer(() => store.health.current());
  const counts = sharedAnswer(() => store.errors.count());
  new Gauge({
    name: "flotilla_component_state",
    help: "State of a component: 0 ok, 1 degraded, 2 down.",
    labelNames: ["component"],
    registers,
    async collect() {
      this.reset();
      for (const { component, state } of await current()) {
        this.set({ component }, stateValues[state]);
      }
    },
  });
  new Gauge({
    name: "flotilla_component_figure",
    help: "What was measured of a component; units are in the figures' names.",
    labelNames: ["component", "figure"],
    registers,
    async collect() {
      this.reset();
      for (const { component, figures } of await current()) {
        for (const [figure, value] of Object.entries(figures))
          this.set({ component, figure }, value);
      }
    },
  });
  new Gauge({
    name: "flotilla_error_groups",
    help: "Groups of errors that are open, by where they were seen.",
    labelNames: ["source"],
    registers,
    async collect() {
      this.reset();
      for (const { source, open } of await counts()) this.set({ source }, open);
    },
  });
  new Counter({
    name: "flotilla_errors_total",
    help: "Errors by where they were seen, of the groups that are kept.",
    labelNames: ["source"],
    registers,
    async collect() {
      const found = await counts();
      this.reset();
      for (const { source, seen } of found) this.inc({ source }, seen);
    },
  });
}
