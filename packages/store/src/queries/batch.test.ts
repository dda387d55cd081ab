import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { draftBatch } from "../../test/sample-batch.ts";

let test: TestStore;
beforeAll(async () => void (test = await openTestStore()));
afterAll(() => test.drop());

it("a new batch is a draft that shows what it was made of", async () => {
  const id = await draftBatch(test.store, { concurrency: 3, priority: 7, budgetMicros: 500 });
  expect(await test.store.batches.get(id)).toEqual({
    id,
    name: "b",
    status: "draft",
    pausedBy: null,
    agentName: id.replace("_", "-"),
    agentVersion: 1,
    template: "{{n}}",
    concurrency: 3,
    priority: 7,
    budgetMicros: 500,
    organisation: "default",
    environment: "prod",
    startedBy: null,
    user: null,
    labels: [],
    economyUntil: null,
    fork: null,
    check: null,
    createdAt: expect.any(String),
    startedAt: null,
    endedAt: null,
  });
});

it("lists the newest first, in pages that meet", async () => {
  const ids: string[] = [];
  for (let n = 0; n < 3; n++) {
    ids.unshift(await draftBatch(test.store));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const list = async (limit: number, before?: string) =>
    (await test.store.batches.list(limit, before)).map((batch) => batch.id);
  expect(await list(2)).toEqual(ids.slice(0, 2));
  expect(await list(1, ids[1])).toEqual(ids.slice(2));
});

it("changes what is given and leaves the rest", async () => {
  const id = await draftBatch(test.store, { concurrency: 3, priority: 7, budgetMicros: 500 });
  const change = async (given: Parameters<typeof test.store.batches.change>[1]) => {
    await test.store.batches.change(id, given);
    const { concurrency, priority, budgetMicros } = await test.store.batches.get(id);
    return [concurrency, priority, budgetMicros];
  };
  expect(await change({})).toEqual([3, 7, 500]);
  expect(await change({ concurrency: 4 })).toEqual([4, 7, 500]);
  expect(await change({ priority: 0, budgetMicros: undefined })).toEqual([4, 0, 500]);
  expect(await change({ budgetMicros: null })).toEqual([4, 0, null]);
  expect(await change({ budgetMicros: 9, concurrency: 1 })).toEqual([1, 0, 9]);
});
