import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { createRun, runIn } from "../../test/sample-run.ts";

let test: TestStore;
beforeAll(async () => void (test = await openTestStore()));
afterAll(() => test.drop());

const claim = (runId: string, segment = 1, worker = "wrk_1") =>
  test.store.runs.claim({ runId, segment, worker });

it("gives the owner the whole journal and an epoch of its own", async () => {
  const runId = await createRun(test.store, { interactive: true });
  const first = await claim(runId);
  expect(first).toMatchObject({
    epoch: 1,
    interactive: true,
    cancelRequested: false,
    batchId: null,
    events: [{ runId, seq: 1, type: "run.created", at: expect.stringMatching(/Z$/) }],
  });
  const { startedAt } = await test.store.runs.get(runId);
  expect(await claim(runId, 1, "wrk_2")).toMatchObject({ epoch: 2 });
  expect(await test.store.runs.get(runId)).toMatchObject({ status: "running", startedAt });
  expect(first?.events).toEqual(await test.store.journal.read(runId, 0, 10));
});

it("refuses a segment that is not the newest", async () => {
  const runId = await createRun(test.store);
  expect(await claim(runId, 2)).toBeNull();
  expect((await test.store.runs.get(runId)).status).toBe("pending");
  await claim(runId);
  await test.store.runs.continue(runId, 1);
  expect(await claim(runId)).toBeNull();
  expect(await claim(runId, 2)).toMatchObject({ epoch: 2 });
});

it("refuses a run that has ended or does not exist", async () => {
  for (const status of ["completed", "failed", "cancelled"] as const) {
    const runId = await runIn(test.store, status);
    expect(await claim(runId)).toBeNull();
    expect((await test.store.runs.get(runId)).status).toBe(status);
  }
  expect(await claim("run_none")).toBeNull();
});

it("of claims that come together each gets its own answer", async () => {
  const runIds = await Promise.all(Array.from({ length: 20 }, () => createRun(test.store)));
  const claimed = await Promise.all(runIds.map((runId, i) => claim(runId, i % 2 ? 1 : 9)));
  for (const [i, one] of claimed.entries()) {
    if (i % 2) expect(one?.events[0]?.runId).toBe(runIds[i]);
    else expect(one).toBeNull();
  }
});

it("of claims of one run that come together, current or stale, one is the owner's", async () => {
  const runId = await createRun(test.store);
  await claim(runId);
  await test.store.runs.continue(runId, 1);
  const claimed = await Promise.all([claim(runId, 2), claim(runId, 2), claim(runId, 1)]);
  expect(claimed.map((one) => one?.epoch)).toEqual([undefined, 2, undefined]);
});

it("tells the owner that a person wants the run cancelled", async () => {
  const runId = await runIn(test.store, "running");
  await test.store.runs.cancel(runId, "ann");
  expect(await claim(runId)).toMatchObject({ cancelRequested: true });
});
