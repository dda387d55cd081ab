import type { RunStatus } from "@flotilla/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { bringTo, createRun } from "../../test/sample-run.ts";

const statuses: RunStatus[] = ["pending", "running", "waiting", "completed", "failed", "cancelled"];
let test: TestStore;
/** Oldest first: one run of each status of agent `a`, then one of agent `b` in a batch. */
const runIds: string[] = [];

beforeAll(async () => {
  test = await openTestStore();
  for (const status of statuses) {
    const runId = await createRun(test.store);
    await bringTo(test.store, runId, status);
    runIds.push(runId);
    // Ids are ordered by their millisecond.
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  runIds.push(await createRun(test.store, { agentName: "b", batchId: "bat_1", row: 1 }));
});
afterAll(() => test.drop());

it("a summary has what its status calls for", async () => {
  const { runs } = test.store;
  const [pending, running, waiting, completed, failed, cancelled] = runIds as [string, ...string[]];
  expect(await runs.get(pending)).toMatchObject({
    status: "pending",
    agentName: "a",
    agentVersion: 1,
    input: "q",
    batchId: null,
    row: null,
    startedAt: null,
    endedAt: null,
    stepCount: 0,
    costMicros: 0,
  });
  expect(await runs.get(running as string)).toMatchObject({
    status: "running",
    startedAt: expect.any(String),
    stepCount: 1,
    inputTokens: 7,
    outputTokens: 5,
    costMicros: 11,
  });
  expect(await runs.get(waiting as string)).toMatchObject({ status: "waiting", endedAt: null });
  expect(await runs.get(completed as string)).toMatchObject({
    status: "completed",
    output: { answer: 42 },
    endedAt: expect.any(String),
  });
  expect(await runs.get(failed as string)).toMatchObject({
    status: "failed",
    error: { code: "tool_failed" },
  });
  const last = await runs.get(cancelled as string);
  expect(last).toMatchObject({ status: "cancelled" });
  expect(last).not.toHaveProperty("error");
  await expect(runs.get("run_none")).rejects.toMatchObject({ code: "not_found" });
});

it("counts the runs in each status", async () => {
  expect(await test.store.runs.count()).toEqual({
    pending: 2,
    running: 1,
    waiting: 1,
    completed: 1,
    failed: 1,
    cancelled: 1,
  });
});

it("knows the epoch of a run that is running, and of no other", async () => {
  expect(await test.store.runs.ownerEpoch(runIds[1] as string)).toBe(1);
  expect(await test.store.runs.ownerEpoch(runIds[2] as string)).toBeUndefined();
  expect(await test.store.runs.ownerEpoch("run_none")).toBeUndefined();
});

it("tells how large and of which version the database is", async () => {
  const info = await test.store.databaseInfo();
  expect(info).toEqual({ version: expect.stringMatching(/^\d+/), bytes: expect.any(Number) });
  expect(info.bytes).toBeGreaterThan(1_000_000);
});
