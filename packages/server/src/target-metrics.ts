import { breakerState, type TargetHealth } from "@flotilla/core";
import type { Store } from "@flotilla/store";
import { Counter, Gauge, type Registry } from "prom-client";
import { sharedAnswer } from "./shared-answer.ts";

type Read = Store["targets"]["list"];

const breakerValues = { closed: 0, half_open: 1, open: 2 } as const;

/** The metrics of the models that were asked, as all workers together saw them. */
export function registerTargets(registry: Registry, store: Pick<Store, "targets">): void {
  const read: Read = sharedAnswer(() => store.targets.list());
  countCalls(registry, read);
  tell(registry, read, {
    name: "flotilla_target_breaker",
    help: "Breaker of a model: 0 closed, 1 half open, 2 open.",
    value: (target, now) => breakerValues[breakerState(target, now)],
  });
  tell(registry, read, {
    name: "flotilla_target_first_token_ms",
    help: "Time to the first token lately.",
    value: (target) => target.firstTokenMs,
  });
}

function countCalls(registry: Registry, read: Read): void {
  const registers = [registry];
  new Counter({
    name: "flotilla_target_calls_total",
    help: "Calls of a model by what came of them; failures are those that speak of the model.",
    labelNames: ["model", "outcome"],
    registers,
    async collect() {
      const { targets } = await read();
      this.reset();
      for (const { model, answered, failed } of targets) {
        this.inc({ model, outcome: "answered" }, answered);
        this.inc({ model, outcome: "failed" }, failed);
      }
    },
  });
  new Counter({
    name: "flotilla_target_failovers_total",
    help: "Failures of a model after which another target of the route was asked at once.",
    labelNames: ["model"],
    registers,
    async collect() {
      const { targets } = await read();
      this.reset();
      for (const { model, failovers } of targets) this.inc({ model }, failovers);
    },
  });
}

interface Told {
  name: string;
  help: string;
  /** null: nothing is known of that model. */
  value: (target: TargetHealth, now: number) => number | null;
}

function tell(registry: Registry, read: Read, { name, help, value }: Told): void {
  new Gauge({
    name,
    help,
    labelNames: ["model"],
    registers: [registry],
    async collect() {
      const { now, targets } = await read();
      this.reset();
      for (const target of targets) {
        const known = value(target, now);
        if (known !== null) this.set({ model: target.model }, known);
      }
    },
  });
}
