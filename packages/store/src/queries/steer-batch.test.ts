import type { BatchStatus } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { draftBatch, runsOf, startedBatch, tick } from "../../test/sample-batch.ts";
import { bringTo } from "../../test/sample-run.ts";

let test: TestStore;
beforeAll(async () => void (test = await openTestStore()));
afterAll(() => test.drop());

const oneRow = [{ line: 2, data: { n: "1" }, error: null }];

async function batchIn(status: BatchStatus): Promise<string> {
  if (status === "draft") return draftBatch(test.store, { rows: 1 });
  const id = await startedBatch(test.store, { rows: 1 });
  if (status === "paused") await test.store.batches.pause(id, "person");
  if (status === "cancelled") await test.store.batches.cancel(id);
  if (status === "completed") {
    await tick(test.store, id);
    for (const runId of await runsOf(test.store, id)) await bringTo(test.store, runId, "failed");
    await tick(test.store, id);
  }
  return id;
}

describe("transitions", () => {
  const steps = {
    addRows: (id: string) => test.store.batches.addRows(id, oneRow),
    start: (id: string) => test.store.batches.start(id),
    pause: (id: string) => test.store.batches.pause(id, "person"),
    resume: (id: string) => test.store.batches.resume(id),
    cancel: (id: string) => test.store.batches.cancel(id),
    reopen: (id: string) => test.store.batches.reopen(id),
  };
  const legal: Record<BatchStatus, Partial<Record<keyof typeof steps, BatchStatus>>> = {
    draft: { addRows: "draft", start: "running", cancel: "cancelled" },
    running: { pause: "paused", cancel: "cancelled", reopen: "running" },
    paused: { resume: "running", cancel: "cancelled", reopen: "running" },
    completed: { reopen: "running" },
    cancelled: { cancel: "cancelled", reopen: "running" },
  };

  for (const [from, allowed] of Object.entries(legal)) {
    it(`from ${from} lead to ${Object.entries(allowed).flat().join(" ")} and nowhere else`, async () => {
      for (const [name, step] of Object.entries(steps)) {
        const id = await batchIn(from as BatchStatus);
        const before = await test.store.batches.get(id);
        const to = allowed[name as keyof typeof steps];
        if (to) {
          await step(id);
          expect((await test.store.batches.get(id)).status).toBe(to);
        } else {
          await expect(step(id)).rejects.toMatchObject({ code: "conflict" });
          expect(await test.store.batches.get(id)).toEqual(before);
        }
      }
    });
  }

  it("of a batch that does not exist are refused", async () => {
    const missing = { code: "not_found" };
    for (const step of Object.values(steps)) {
      await expect(step("bat_none")).rejects.toMatchObject(missing);
    }
    await expect(test.store.batches.get("bat_none")).rejects.toMatchObject(missing);
    await expect(test.store.batches.change("bat_none", {})).rejects.toMatchObject(missing);
  });

  it("keep the time of the first start, and that of the end while it is over", async () => {
    const id = await batchIn("completed");
    const completed = await test.store.batches.get(id);
    expect(completed).toMatchObject({ status: "completed", endedAt: expect.any(String) });
    await test.store.batches.reopen(id);
    const { startedAt } = completed;
    expect(await test.store.batches.get(id)).toMatchObject({ startedAt, endedAt: null });
  });

  it("say who paused it, as long as it is paused", async () => {
    const id = await batchIn("paused");
    expect((await test.store.batches.get(id)).pausedBy).toBe("person");
    await test.store.batches.resume(id);
    expect((await test.store.batches.get(id)).pausedBy).toBeNull();
  });
});

it("does not start without rows", async () => {
  const id = await draftBatch(test.store);
  await expect(test.store.batches.start(id)).rejects.toMatchObject({ code: "invalid_request" });
  expect((await test.store.batches.get(id)).status).toBe("draft");
});

it("numbers rows that many upload at once without gap or duplicate", async () => {
  const id = await draftBatch(test.store, { rows: 1 });
  await Promise.all(Array.from({ length: 5 }, () => test.store.batches.addRows(id, oneRow)));
  const rows = await test.store.batches.rows(id, { afterRow: 0, limit: 100 });
  expect(rows.map((row) => row.row)).toEqual([1, 2, 3, 4, 5, 6]);
  expect((await test.store.batches.figures(id)).rows).toBe(6);
});

it("hands back the runs to be cancelled, and those to be retried", async () => {
  const id = await startedBatch(test.store, { rows: 4 });
  await tick(test.store, id);
  const runs = await runsOf(test.store, id);
  const [, running, completed, failed] = runs as [string, string, string, string];
  await bringTo(test.store, running, "running");
  await bringTo(test.store, completed, "completed");
  await bringTo(test.store, failed, "failed");
  expect(await test.store.batches.reopen(id)).toEqual([failed]);
  const unended = await test.store.batches.cancel(id);
  expect(unended.toSorted()).toEqual(runs.slice(0, 2).toSorted());
});

it("a retried run takes its batch up again, should that be completed meanwhile", async () => {
  const id = await batchIn("completed");
  const [failed] = await test.store.batches.reopen(id);
  // A worker comes in between: nothing is left to do yet.
  expect(await tick(test.store, id)).toEqual({ kind: "completed" });
  await test.store.runs.retry(failed as string, "ann");
  expect(await test.store.batches.get(id)).toMatchObject({ status: "running", endedAt: null });
  expect(await tick(test.store, id)).toEqual({ kind: "idle" });
});

it("a retried run leaves a batch alone that a person has cancelled", async () => {
  const id = await startedBatch(test.store, { rows: 2, concurrency: 1 });
  await tick(test.store, id);
  const [only] = await test.store.batches.cancel(id);
  await test.store.runs.cancel(only as string, "ann");
  await test.store.runs.retry(only as string, "ann");
  expect((await test.store.batches.get(id)).status).toBe("cancelled");
});
