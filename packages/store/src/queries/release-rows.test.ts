import type { Segment } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { draftBatch, runsOf, sampleMakers, startedBatch, tick } from "../../test/sample-batch.ts";
import { bringTo } from "../../test/sample-run.ts";

let test: TestStore;
beforeAll(async () => void (test = await openTestStore()));
afterAll(() => test.drop());

const statusOf = async (batchId: string) => (await test.store.batches.get(batchId)).status;

describe("tick", () => {
  it("keeps as many rows in flight as the concurrency says; waiting ones do not count", async () => {
    const id = await startedBatch(test.store, { rows: 5, concurrency: 2 });
    expect(await tick(test.store, id)).toEqual({ kind: "released", rows: 2 });
    expect(await tick(test.store, id)).toEqual({ kind: "idle" });
    const [first, second] = await runsOf(test.store, id);
    await bringTo(test.store, first as string, "completed");
    expect(await tick(test.store, id)).toEqual({ kind: "released", rows: 1 });
    await bringTo(test.store, second as string, "waiting");
    expect(await tick(test.store, id)).toEqual({ kind: "released", rows: 1 });
    await test.store.batches.change(id, { concurrency: 1 });
    expect(await tick(test.store, id)).toEqual({ kind: "idle" });
  });

  it("releases no rows behind those that wait for a budget", async () => {
    const id = await startedBatch(test.store, { rows: 3, concurrency: 1 });
    await tick(test.store, id);
    const [first] = await runsOf(test.store, id);
    await bringTo(test.store, first as string, "waiting");
    const park = "UPDATE run SET waiting_budget = $2 WHERE id = $1";
    await test.store.pool.query(park, [first, "bud_1"]);
    expect(await tick(test.store, id)).toEqual({ kind: "idle" });
    await test.store.pool.query(park, [first, null]);
    expect(await tick(test.store, id)).toEqual({ kind: "released", rows: 1 });
  });

  it("releases no more than can soon be begun, however many rows there are", async () => {
    const id = await startedBatch(test.store, { rows: 1_300, concurrency: 10_000 });
    const released: number[] = [];
    for (;;) {
      const moved = await tick(test.store, id);
      if (moved.kind !== "released") break;
      released.push(moved.rows);
    }
    expect(released.reduce((sum, rows) => sum + rows, 0)).toBe(1_000);
    await test.store.runs.queueBatchRuns(2_000, async () => undefined, 10_000);
    expect(await tick(test.store, id)).toEqual({ kind: "released", rows: 250 });
    expect(await tick(test.store, id)).toEqual({ kind: "released", rows: 50 });
  });

  it("makes runs of their rows whose first segments are due", async () => {
    const id = await startedBatch(test.store, { rows: 2, priority: 8 });
    const woken: number[] = [];
    const end = test.store.signals.onDue(() => woken.push(1));
    await tick(test.store, id);
    await expect.poll(() => woken.length).toBeGreaterThan(0);
    end();
    const runs = await runsOf(test.store, id);
    const segments: unknown[] = [];
    const keep = async (due: Segment[]): Promise<void> => {
      segments.push(...due.filter((one) => runs.includes(one.runId)));
    };
    await test.store.runs.queueBatchRuns(1_000, keep, 10_000);
    expect(segments).toMatchObject(
      runs.toSorted().map((runId) => ({ runId, segment: 1, batch: true })),
    );
    const inputs = await Promise.all(
      runs.map(async (runId) => (await test.store.runs.get(runId)).input),
    );
    expect(inputs).toEqual(["1", "2"]);
  });

  it("eight at once never release a row twice, nor more than the concurrency", async () => {
    const id = await startedBatch(test.store, { rows: 40, concurrency: 7 });
    while ((await statusOf(id)) === "running") {
      await Promise.all(Array.from({ length: 8 }, () => tick(test.store, id)));
      const open = await test.store.runs.list({ batchId: id, status: "pending", limit: 100 });
      expect(open.length).toBeLessThanOrEqual(7);
      await Promise.all(open.map(({ runId }) => bringTo(test.store, runId, "completed")));
    }
    const rows = await test.store.batches.rows(id, { afterRow: 0, limit: 100 });
    const runIds = await runsOf(test.store, id);
    expect(runIds).toHaveLength(40);
    expect(rows.map((row) => row.runId)).toEqual(runIds);
  });

  it("passes over bad rows, wherever they are", async () => {
    const id = await startedBatch(test.store, { rows: 7, bad: [1, 3, 6, 7], concurrency: 2 });
    expect(await tick(test.store, id)).toEqual({ kind: "released", rows: 2 });
    const [first] = await runsOf(test.store, id);
    await bringTo(test.store, first as string, "completed");
    expect(await tick(test.store, id)).toEqual({ kind: "released", rows: 1 });
    for (const { runId } of await test.store.runs.list({
      batchId: id,
      status: "pending",
      limit: 9,
    }))
      await bringTo(test.store, runId, "completed");
    // There was room for another row, and there was none: it is known now.
    for (let more = 0; more < 2 && (await statusOf(id)) === "running"; more++)
      await tick(test.store, id);
    expect(await statusOf(id)).toBe("completed");
    const rows = await test.store.batches.rows(id, { afterRow: 0, limit: 100 });
    expect(rows.flatMap((row) => (row.runId ? [row.row] : []))).toEqual([2, 4, 5]);
  });

  it("completes a batch of bad rows only", async () => {
    const id = await startedBatch(test.store, { rows: 2, bad: [1, 2] });
    expect(await tick(test.store, id)).toEqual({ kind: "released", rows: 0 });
    expect(await tick(test.store, id)).toEqual({ kind: "completed" });
  });

  it("completes only when the last run has ended, those that wait included", async () => {
    const id = await startedBatch(test.store, { rows: 2 });
    await tick(test.store, id);
    const [first, second] = (await runsOf(test.store, id)) as [string, string];
    await bringTo(test.store, first, "failed");
    await bringTo(test.store, second, "waiting");
    expect(await tick(test.store, id)).toEqual({ kind: "idle" });
    await test.store.runs.cancel(second, "ann");
    expect(await tick(test.store, id)).toEqual({ kind: "completed" });
    expect(await test.store.batches.get(id)).toMatchObject({
      status: "completed",
      endedAt: expect.any(String),
    });
  });

  it("pauses when the budget is spent, and goes on when it is raised", async () => {
    const id = await startedBatch(test.store, { rows: 3, concurrency: 1, budgetMicros: 11 });
    await tick(test.store, id);
    const [first] = await runsOf(test.store, id);
    await bringTo(test.store, first as string, "completed");
    expect(await tick(test.store, id)).toEqual({ kind: "budget_spent" });
    expect(await test.store.batches.get(id)).toMatchObject({
      status: "paused",
      pausedBy: "budget",
    });
    expect(await tick(test.store, id)).toEqual({ kind: "idle" });
    await test.store.batches.change(id, { budgetMicros: 12 });
    await test.store.batches.resume(id);
    expect(await tick(test.store, id)).toEqual({ kind: "released", rows: 1 });
  });

  it("completes a batch whose last row spent the budget", async () => {
    const id = await startedBatch(test.store, { rows: 1, budgetMicros: 11 });
    await tick(test.store, id);
    const [only] = await runsOf(test.store, id);
    await bringTo(test.store, only as string, "completed");
    expect(await tick(test.store, id)).toEqual({ kind: "completed" });
  });

  it("releases nothing when a row's run cannot be made", async () => {
    const id = await startedBatch(test.store, { rows: 3 });
    const run = () => {
      throw new Error("no such column");
    };
    const failing = test.store.batches.tick(id, { ...sampleMakers, run });
    await expect(failing).rejects.toThrow("no such column");
    expect(await runsOf(test.store, id)).toEqual([]);
    expect(await tick(test.store, id)).toEqual({ kind: "released", rows: 3 });
  });

  it("leaves batches alone that do not run", async () => {
    const id = await draftBatch(test.store, { rows: 1 });
    expect(await tick(test.store, id)).toEqual({ kind: "idle" });
    expect(await tick(test.store, "bat_none")).toEqual({ kind: "idle" });
  });
});

it("running batches come with the highest priority first", async () => {
  const low = await startedBatch(test.store, { rows: 1, priority: 0 });
  const high = await startedBatch(test.store, { rows: 1, priority: 9 });
  await draftBatch(test.store, { rows: 1, priority: 9 });
  const running = await test.store.batches.running();
  expect(running[0]).toBe(high);
  expect(running.at(-1)).toBe(low);
});
