import type { EventData } from "@flotilla/core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { draftBatch, mixedBatch, runsOf, startedBatch, tick } from "../../test/sample-batch.ts";
import { bringTo, createRun } from "../../test/sample-run.ts";

let made: TestStore;
beforeAll(async () => {
  made = await openTestStore();
});
afterAll(() => made.drop());
beforeEach(async () => {
  for (const table of ["event", "run", "batch_row", "batch"]) {
    await made.store.pool.query(`DELETE FROM ${table}`);
  }
});

async function failedRun(message: string, agentName = "a", transient = false): Promise<string> {
  const { store } = made;
  const runId = await createRun(store, { agentName });
  const epoch = await bringTo(store, runId, "running");
  const failed: EventData = {
    type: "run.failed",
    error: {
      code: "tool_failed",
      message,
      class: transient ? "transient" : "permanent",
      remedy: "Repair it.",
    },
  };
  await store.journal.append({ runId, epoch, seq: 5, events: [failed] });
  return runId;
}

const everything = async () => ({
  agents: null,
  until: await made.store.deadLetters.now(),
  limit: 500,
});
const list = (filter = {}) => made.store.deadLetters.list({ agents: null, limit: 100, ...filter });
const groups = (filter = {}) =>
  made.store.deadLetters.groups({ agents: null, limit: 100, ...filter });

test("a failed run is a letter, grouped with those that differ in ids and numbers", async () => {
  const first = await failedRun("row 17 of run_01k9zx3c5v7b8n2m4q6w8e0r1t broke");
  const second = await failedRun("row 4 of run_01k9zx3c5v7b8n2m4q6w8e0r1u broke", "b");
  const other = await failedRun("no answer", "b", true);
  expect((await list()).map(({ id }) => id)).toEqual([other, second, first]);
  const found = await groups();
  expect(found).toMatchObject([
    { cause: "exhausted", count: 1, agents: ["b"], title: "no answer" },
    {
      cause: "unrecoverable",
      code: "tool_failed",
      count: 2,
      rows: 0,
      agents: ["a", "b"],
      title: "row <n> of <id> broke",
      remedy: "Repair it.",
      example: { id: second, runId: second },
    },
  ]);
  const [, pair] = found;
  expect(await list({ fingerprint: pair?.fingerprint, agent: "a" })).toMatchObject([{ id: first }]);
  expect(await list({ agents: ["a"] })).toMatchObject([{ id: first }]);
  expect(await made.store.deadLetters.agents()).toEqual(["a", "b"]);
});

test("pages follow each other, letters and groups", async () => {
  const ids: string[] = [];
  for (const word of ["one", "two", "three"]) ids.unshift(await failedRun(word));
  const [newest] = await list({ limit: 1 });
  const before = { at: newest?.at ?? "", id: newest?.id ?? "" };
  expect((await list({ before })).map(({ id }) => id)).toEqual(ids.slice(1));
  const [group] = await groups({ limit: 1 });
  const after = { at: group?.lastAt ?? "", fingerprint: group?.fingerprint ?? "" };
  expect((await groups({ before: after })).map(({ title }) => title)).toEqual(["two", "one"]);
});

test("a bad row is a letter without a run, and is poison", async () => {
  const batchId = await draftBatch(made.store, { rows: 3, bad: [2] });
  const [letter] = await list();
  expect(letter).toMatchObject({
    id: `${batchId}:2`,
    runId: null,
    row: 2,
    cause: "poison",
    error: { code: "row_invalid" },
  });
  expect(await made.store.deadLetters.get(`${batchId}:2`)).toEqual(letter);
  expect(await made.store.deadLetters.row(batchId, 2)).toEqual({ line: 3, data: { n: "2" } });
  await expect(made.store.deadLetters.get(`${batchId}:1`)).rejects.toMatchObject({
    code: "not_found",
  });
  expect(await groups()).toMatchObject([{ count: 1, rows: 1 }]);
  const chunk = await everything();
  expect(await made.store.deadLetters.discardRows({ ...chunk, row: 1 }, "ann", "r")).toBe(0);
  expect(await made.store.deadLetters.discardRows(chunk, "ann", "typed wrongly")).toBe(1);
  expect(await list()).toEqual([]);
  expect(await list({ state: "discarded" })).toMatchObject([
    { discarded: { by: "ann", reason: "typed wrongly" } },
  ]);
});

test("a replay takes all that match up again, in chunks, and completed batches run on", async () => {
  const { store } = made;
  const batchId = await startedBatch(store, { rows: 3, concurrency: 3 });
  await tick(store, batchId);
  const runs = await runsOf(store, batchId);
  for (const runId of runs) await bringTo(store, runId, "failed");
  expect(await tick(store, batchId)).toEqual({ kind: "completed" });
  const alone = await failedRun("another");

  const chunk = { ...(await everything()), batchId, limit: 2 };
  expect(await store.deadLetters.replay(chunk, "ann", { model: "p/n" })).toBe(2);
  expect(await store.deadLetters.replay(chunk, "ann", { model: "p/n" })).toBe(1);
  expect(await store.deadLetters.replay(chunk, "ann")).toBe(0);
  expect((await store.batches.get(batchId)).status).toBe("running");
  expect((await list()).map(({ id }) => id)).toEqual([alone]);
  for (const runId of runs) {
    const events = await store.journal.read(runId, 0, 100);
    expect(events.at(-1)).toMatchObject({
      type: "run.retried",
      by: "ann",
      changes: { model: "p/n" },
      seq: 6,
    });
    expect(await store.runs.claim({ runId, segment: 2, worker: "wrk_2" })).toMatchObject({
      batchId,
    });
  }
});

test("what fails again after the replay began is left alone", async () => {
  const { store } = made;
  const chunk = await everything();
  await new Promise((resolve) => setTimeout(resolve, 5));
  await failedRun("later");
  expect(await store.deadLetters.replay(chunk, "ann")).toBe(0);
  expect(await store.deadLetters.discard(chunk, "ann", "r")).toBe(0);
});

test("a discarded run says so, is no letter, and is retried only by its own name", async () => {
  const { store } = made;
  const { id: batchId, runs } = await mixedBatch(store);
  const runId = runs[1] as string;
  expect(
    await store.deadLetters.discard({ ...(await everything()), runIds: [runId] }, "ann", "old"),
  ).toBe(1);
  expect(await list()).toMatchObject([{ runId: null }]);
  expect(await store.deadLetters.get(runId)).toMatchObject({
    discarded: { by: "ann", reason: "old" },
  });
  const events = await store.journal.read(runId, 0, 100);
  expect(events.at(-1)).toMatchObject({ type: "run.discarded", by: "ann", reason: "old" });
  expect(await store.batches.reopen(batchId)).toEqual([]);
  expect(await store.deadLetters.replay(await everything(), "ann")).toBe(0);
  await store.runs.retry(runId, "ann", { agentVersion: 3 });
  expect(await store.runs.get(runId)).toMatchObject({ status: "pending", agentVersion: 3 });
  await expect(store.deadLetters.get(runId)).rejects.toMatchObject({ code: "not_found" });
});

test("other organisations and environments see none of them", async () => {
  const runId = await failedRun("mine");
  const batchId = await draftBatch(made.store, { rows: 1, bad: [1] });
  const home = made.store.tenant({ organisation: "default", environment: "prod" });
  const other = made.store.tenant({ organisation: "beta", environment: "prod" });
  expect(await home.deadLetters.groups({ agents: null, limit: 9 })).toHaveLength(2);
  expect(await other.deadLetters.groups({ agents: null, limit: 9 })).toEqual([]);
  expect(await other.deadLetters.replay(await everything(), "eve")).toBe(0);
  expect(await other.deadLetters.discardRows(await everything(), "eve", "r")).toBe(0);
  await expect(other.deadLetters.get(`${batchId}:1`)).rejects.toMatchObject({ code: "not_found" });
  expect(await home.deadLetters.replay(await everything(), "ann")).toBe(1);
  expect(await home.runs.get(runId)).toMatchObject({ status: "pending" });
});
