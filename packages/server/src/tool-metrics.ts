import { breakerState } from "@flotilla/core";
import type { Store } from "@flotilla/store";
import { Counter, Gauge, type Registry } from "prom-client";
import { sharedAnswer } from "./shared-answer.ts";

/** Calls of the tools, all organisations together, as all workers saw them. */
export function registerTools(registry: Registry, store: Pick<Store, "tools">): void {
  const registers = [registry];
  const read = sharedAnswer(() => store.tools.health());
  new Counter({
    name: "flotilla_tool_calls_total",
    help: "Calls of a tool by what came of them; failures are those that are its own fault.",
    labelNames: ["tool", "outcome"],
    registers,
    async collect() {
      const { all } = await read();
      this.reset();
      for (const { tool, answered, failed } of all) {
        this.inc({ tool, outcome: "answered" }, answered);
        this.inc({ tool, outcome: "failed" }, failed);
      }
    },
  });
  new Gauge({
    name: "flotilla_tool_breakers_open",
    help: "Breakers of tools that let nothing through, of all organisations.",
    registers,
    async collect() {
      const { now, all } = await read();
      this.set(all.filter((health) => breakerState(health, now) === "open").length);
    },
  });
}
