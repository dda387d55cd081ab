import { registerCapacity } from "./capacity-metrics.ts";
import { registerTargets } from "./target-metrics.ts";
import { registerTools } from "./tool-metrics.ts";
import { registerLetters } from "./letter-metrics.ts";
import { registerSchedules } from "./schedule-metrics.ts";
import { registerHealth } from "./health-metrics.ts";
import type { Store } from "@flotilla/store";
import { registerBudgets, registerCosts } from "./cost-metrics.ts";
import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { sharedAnswer } from "./shared-answer.ts";
import { registerCache } from "./cache-metrics.ts";

export interface Metrics {
  observeRequest(request: { method: string; route: string; status: number; ms: number }): void;
  contentType: string;
  /** All metrics in Prometheus' text format; those of the platform are read now. */
  render(): Promise<string>;
}

/** The metrics of a server: its HTTP requests, its process, and the platform's tables. */
export function openMetrics(store: Store): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: "flotilla_http_request_duration_seconds",
    help: "Time until the answer began, by route.",
    labelNames: ["method", "route", "status"],
    buckets: [0.005, 0.025, 0.1, 0.5, 2.5, 10],
    registers: [registry],
  });
  registerPlatform(registry, store);
  registerCache(registry, store);
  registerCapacity(registry, store);
  registerTargets(registry, store);
  registerCosts(registry, store);
  registerBudgets(registry, store);
  registerHealth(registry, store);
  registerLetters(registry, store);
  registerTools(registry, store);
  registerSchedules(registry, store);
  return {
    observeRequest: ({ ms, ...labels }) => requests.observe(labels, ms / 1_000),
    contentType: registry.contentType,
    render: () => registry.metrics(),
  };
}

function registerPlatform(registry: Registry, store: Store): void {
  const registers = [registry];
  const workers = sharedAnswer(() => store.workers.list());
  new Gauge({
    name: "flotilla_runs",
    help: "Runs by status.",
    labelNames: ["status"],
    registers,
    async collect() {
      const counts = await store.runs.count();
      for (const [status, count] of Object.entries(counts)) this.set({ status }, count);
    },
  });
  new Gauge({
    name: "flotilla_workers",
    help: "Workers that hold a lease.",
    registers,
    async collect() {
      this.set((await workers()).length);
    },
  });
  new Gauge({
    name: "flotilla_active_runs",
    help: "Runs that workers are executing now.",
    registers,
    async collect() {
      this.set((await workers()).reduce((sum, worker) => sum + worker.activeRuns, 0));
    },
  });
  new Gauge({
    name: "flotilla_batch_rows",
    help: "Rows of the running batches by status.",
    labelNames: ["batch", "status"],
    registers,
    async collect() {
      this.reset();
      for (const batch of await store.batches.running()) {
        const { counts } = await store.batches.figures(batch);
        for (const [status, count] of Object.entries(counts)) this.set({ batch, status }, count);
      }
    },
  });
}
