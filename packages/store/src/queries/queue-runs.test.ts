import { setTimeout as sleep } from "node:timers/promises";
import type { Segment } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { draftBatch } from "../../test/sample-batch.ts";
import { bringTo, createRun, runIn } from "../../test/sample-run.ts";

let test: TestStore;
beforeAll(async () => void (test = await openTestStore()));
afterAll(() => test.drop());

const take = async (limit = 1_000) => {
  const taken: Segment[] = [];
  const keep = async (segments: Segment[]) => void taken.push(...segments);
  await test.store.runs.queueSingles(limit, keep);
  await test.store.runs.queueBatchRuns(limit, keep, limit);
  return taken;
};

describe("due segments", () => {
  it("go to one of those who ask at the same time, each once", async () => {
    const runIds = await Promise.all(Array.from({ length: 30 }, () => createRun(test.store)));
    const handed: string[] = [];
    const counts = await Promise.all(
      Array.from({ length: 4 }, () =>
        test.store.runs.queueSingles(10, async (segments) => {
          await sleep(30);
          handed.push(...segments.map((one) => one.runId));
        }),
      ),
    );
    expect(counts.reduce((sum, queued) => sum + queued, 0)).toBe(30);
    expect(handed.toSorted()).toEqual(runIds.toSorted());
    expect(await take()).toEqual([]);
  });

  it("stay due when they cannot be enqueued", async () => {
    const runId = await createRun(test.store);
    const failing = test.store.runs.queueSingles(10, async () => {
      throw new Error("not now");
    });
    await expect(failing).rejects.toThrow("not now");
    expect(await take()).toEqual([{ runId, segment: 1, batch: false, turn: 0 }]);
  });

  it("come oldest first, as many as asked for", async () => {
    const runIds: string[] = [];
    for (let n = 0; n < 3; n++) {
      runIds.push(await createRun(test.store));
      await sleep(2);
    }
    expect((await take(2)).map((one) => one.runId)).toEqual(runIds.slice(0, 2));
    expect((await take(2)).map((one) => one.runId)).toEqual(runIds.slice(2));
  });

  it("are none of runs that have ended", async () => {
    await runIn(test.store, "completed");
    expect(await take()).toEqual([]);
  });
});

describe("due segments of batches", () => {
  const organisations = (segments: Segment[], owners: Map<string, string>) =>
    segments.map(({ runId }) => owners.get(runId));

  it("come in turns by organisation, as far as there is room", async () => {
    const owners = new Map<string, string>();
    const create = async (organisation: string, count: number, batchId?: string) => {
      for (let row = 1; row <= count; row++) {
        const of = batchId === undefined ? {} : { batchId, row };
        owners.set(await createRun(test.store, { organisation, ...of }), organisation);
      }
    };
    const [large, small] = [await draftBatch(test.store), await draftBatch(test.store)];
    await create("large", 30, large);
    await create("small", 3, small);
    await create("person", 1);
    const taken: Segment[] = [];
    const queue = (perWorker: number) =>
      test.store.runs.queueBatchRuns(100, async (all) => void taken.push(...all), perWorker);
    expect(await queue(6)).toEqual({ queued: 6, isLeft: true });
    expect(organisations(taken, owners)).toEqual([
      "large",
      "small",
      "large",
      "small",
      "large",
      "small",
    ]);
    expect(await queue(6)).toEqual({ queued: 0, isLeft: true });
    await create("late", 2, await draftBatch(test.store));
    expect(await queue(8)).toEqual({ queued: 2, isLeft: true });
    expect(organisations(taken.slice(-2), owners)).toEqual(["late", "late"]);
    expect(await queue(1_000)).toEqual({ queued: 27, isLeft: false });
    expect(await queue(1_000)).toEqual({ queued: 0, isLeft: false });
    expect((await take()).map(({ runId }) => owners.get(runId))).toEqual(["person"]);
  });

  it("do not hold up single runs while they are put into the queue", async () => {
    const batchId = await draftBatch(test.store);
    await createRun(test.store, { batchId, row: 1 });
    const single = await createRun(test.store);
    const taken: Segment[] = [];
    await test.store.runs.queueBatchRuns(
      10,
      async () => {
        await test.store.runs.queueSingles(10, async (all) => void taken.push(...all));
      },
      1_000,
    );
    expect(taken).toEqual([{ runId: single, segment: 1, batch: false, turn: 0 }]);
  });
});

describe("continue", () => {
  it("makes the next segment of a running run due for its owner only", async () => {
    const runId = await createRun(test.store);
    await take();
    const epoch = await bringTo(test.store, runId, "running");
    expect(await test.store.runs.continue(runId, epoch + 1)).toBe(false);
    expect(await take()).toEqual([]);
    expect(await test.store.runs.continue(runId, epoch)).toBe(true);
    expect(await take()).toMatchObject([{ runId, segment: 2 }]);
  });
});

describe("runs whose segment ended without settling them", () => {
  it("are due again, but not those that moved on, wait or have ended", async () => {
    const stranded = await runIn(test.store, "running");
    const moved = await createRun(test.store);
    await take();
    const epoch = await bringTo(test.store, moved, "running");
    await test.store.runs.continue(moved, epoch);
    const ended = await runIn(test.store, "completed");
    await take();
    const segments = [stranded, moved, ended].map((runId) => ({ runId, segment: 1 }));
    expect(await test.store.runs.requeueStranded(segments)).toBe(1);
    expect(await take()).toMatchObject([{ runId: stranded, segment: 2 }]);
  });
});
