import {
  agentSpecSchema,
  forkJournal,
  newId,
  type BatchTick,
  type ErrorRecord,
  type RowMakers,
} from "@flotilla/core";
import type { Store } from "../src/open-store.ts";
import { bringTo } from "./sample-run.ts";

export const badRow: ErrorRecord = {
  code: "row_invalid",
  message: "m",
  class: "permanent",
  remedy: "r",
};

export interface BatchSettings {
  rows?: number;
  /** Numbers of the rows that are bad. */
  bad?: number[];
  concurrency?: number;
  priority?: number;
  budgetMicros?: number | null;
}

/** A draft of an agent of its own. Rows have their number as `n`, and come from line number + 1. */
export async function draftBatch(store: Store, settings: BatchSettings = {}): Promise<string> {
  const { rows = 0, bad = [], concurrency = 10, priority = 5, budgetMicros = null } = settings;
  const id = newId("bat");
  const spec = agentSpecSchema.parse({ name: id.replace("_", "-"), model: "p/m" });
  const agent = await store.agents.apply(spec, newId("agt"));
  await store.batches.create({
    id,
    name: "b",
    agentId: agent.id,
    agentVersion: agent.version,
    template: "{{n}}",
    concurrency,
    priority,
    budgetMicros,
  });
  const numbers = Array.from({ length: rows }, (_, i) => i + 1);
  await store.batches.addRows(
    id,
    numbers.map((n) => ({
      line: n + 1,
      data: { n: String(n) },
      error: bad.includes(n) ? badRow : null,
    })),
  );
  return id;
}

export async function startedBatch(store: Store, settings: BatchSettings): Promise<string> {
  const id = await draftBatch(store, settings);
  await store.batches.start(id);
  return id;
}

/** One step of the batch; the runs it makes ask for their row's `n`. */
export async function tick(store: Store, batchId: string): Promise<BatchTick> {
  return store.batches.tick(batchId, sampleMakers);
}

/** Runs ask for their row's `n`. */
export const sampleMakers: RowMakers = {
  run: (batch, { row, data }) => ({
    runId: newId("run"),
    agentId: batch.agentId,
    agentName: batch.agentName,
    agentVersion: batch.agentVersion,
    input: { text: data.n as string },
    batchId: batch.batchId,
    row,
    interactive: false,
  }),
  fork: ({ batchId, fork }, row) => ({
    runId: newId("run"),
    ...fork,
    batchId,
    row,
    interactive: false,
  }),
  plan: (events, order) => forkJournal(events, order, () => false),
};

/** Ids of the batch's runs, in row order. */
export async function runsOf(store: Store, batchId: string): Promise<string[]> {
  const runs = await store.runs.list({ batchId, limit: 10_000 });
  return runs.toSorted((a, b) => (a.row ?? 0) - (b.row ?? 0)).map((run) => run.runId);
}

/** Five rows: completed, failed, bad, running, not released. `runs` has the ids of 1, 2 and 4. */
export async function mixedBatch(store: Store): Promise<{ id: string; runs: string[] }> {
  const id = await startedBatch(store, { rows: 5, bad: [3], concurrency: 3 });
  await tick(store, id);
  const runs = await runsOf(store, id);
  await bringTo(store, runs[0] as string, "completed");
  await bringTo(store, runs[1] as string, "failed");
  await bringTo(store, runs[2] as string, "running");
  return { id, runs };
}
