import type { Costs } from "@flotilla/core";
import type { Store } from "@flotilla/store";
import { Gauge, type Registry } from "prom-client";
import { sharedAnswer } from "./shared-answer.ts";

/** What model calls have cost and used since the platform exists: figures that only rise. */
export function registerCosts(registry: Registry, store: Store): void {
  const registers = [registry];
  const byModel = sharedAnswer(() => store.costs.read("model"));
  new Gauge({
    name: "flotilla_cost_by_model_usd",
    help: "Cost of model calls by model; calls without a known price are not in it.",
    labelNames: ["model"],
    registers,
    async collect() {
      setCosts(this, "model", await byModel());
    },
  });
  new Gauge({
    name: "flotilla_cost_by_agent_usd",
    help: "Cost of model calls by agent; calls without a known price are not in it.",
    labelNames: ["agent"],
    registers,
    async collect() {
      setCosts(this, "agent", await store.costs.read("agent"));
    },
  });
  new Gauge({
    name: "flotilla_model_tokens",
    help: "Tokens of model calls as providers counted them, by kind.",
    labelNames: ["kind"],
    registers,
    async collect() {
      const { totals } = await byModel();
      this.set({ kind: "input" }, totals.inputTokens);
      this.set({ kind: "cached_input" }, totals.cachedInputTokens);
      this.set({ kind: "cache_write" }, totals.cacheWriteTokens);
      this.set({ kind: "output" }, totals.outputTokens);
      this.set({ kind: "reasoning" }, totals.reasoningTokens);
    },
  });
  new Gauge({
    name: "flotilla_unpriced_calls",
    help: "Model calls whose price is unknown.",
    registers,
    async collect() {
      this.set((await byModel()).totals.unpricedCalls);
    },
  });
}

/** Budgets and what is used of them. */
export function registerBudgets(registry: Registry, store: Store): void {
  new Gauge({
    name: "flotilla_budget_used_ratio",
    help: "Spent part of each budget in its present period; 1 and more stop what it covers.",
    labelNames: ["budget", "level", "name", "period"],
    registers: [registry],
    async collect() {
      this.reset();
      for (const budget of await store.budgets.list()) {
        const { id, level, name, period, spentMicros, limitMicros } = budget;
        this.set({ budget: id, level, name, period }, spentMicros / limitMicros);
      }
    },
  });
}

function setCosts(gauge: Gauge<"agent" | "model">, by: "agent" | "model", { items }: Costs): void {
  for (const { key, costMicros } of items) gauge.set({ [by]: key ?? "" }, costMicros / 1_000_000);
}
