import { fold, type RunStatus } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { createRun, runIn } from "../../test/sample-run.ts";

let test: TestStore;
beforeAll(async () => void (test = await openTestStore()));
afterAll(() => test.drop());

const journal = (runId: string) => test.store.journal.read(runId, 0, 1_000);
/** The projection row, whole. */
const row = async (runId: string) =>
  (await test.store.pool.query("SELECT * FROM run WHERE id = $1", [runId])).rows[0];

/** Asserts that the run refuses, and that nothing of the attempt is kept. */
async function expectRefusal(
  runId: string,
  code: string,
  steer: () => Promise<unknown>,
): Promise<void> {
  const before = [await row(runId), await journal(runId)];
  await expect(steer()).rejects.toMatchObject({ code });
  expect([await row(runId), await journal(runId)]).toEqual(before);
}

/** The segments that are due now, of this run. */
async function due(runId: string): Promise<number[]> {
  const segments: number[] = [];
  await test.store.runs.queueSingles(1_000, async (all) => {
    for (const one of all) if (one.runId === runId) segments.push(one.segment);
  });
  return segments;
}

describe("cancel", () => {
  for (const status of ["pending", "waiting"] as const) {
    it(`ends a ${status} run at once`, async () => {
      const runId = await runIn(test.store, status);
      const heard: string[] = [];
      const end = test.store.signals.onChange((ids) => heard.push(...ids));
      await test.store.runs.cancel(runId, "ann", "enough");
      const run = fold(await journal(runId));
      expect(run).toMatchObject({ status: "cancelled", cancelledBy: "ann", reason: "enough" });
      expect(await test.store.runs.get(runId)).toMatchObject({
        status: "cancelled",
        endedAt: expect.any(String),
      });
      expect(await due(runId)).toEqual([]);
      expect(await test.store.runs.claim({ runId, segment: 1, worker: "w" })).toBeNull();
      await expect.poll(() => heard).toContain(runId);
      end();
    });
  }

  it("asks the worker of a running run, once, and leaves the end to it", async () => {
    const runId = await runIn(test.store, "running");
    const asked: string[] = [];
    const end = test.store.signals.onCancel((id) => asked.push(id));
    expect(await test.store.runs.steerRequests([runId])).toEqual([]);
    const before = await journal(runId);
    await test.store.runs.cancel(runId, "ann");
    expect((await test.store.runs.get(runId)).status).toBe("running");
    expect(await journal(runId)).toEqual(before);
    expect(await test.store.runs.steerRequests([runId, "run_none"])).toEqual([
      { runId, cancel: { by: "ann", reason: null }, pause: null },
    ]);
    await expect.poll(() => asked).toEqual([runId]);
    end();
  });

  it("twice is no error and changes nothing more", async () => {
    const runId = await runIn(test.store, "cancelled");
    const before = await row(runId);
    await test.store.runs.cancel(runId, "bob");
    expect(await row(runId)).toEqual(before);
  });

  it("refuses a run that has ended otherwise, or that does not exist", async () => {
    for (const status of ["completed", "failed"] as const) {
      const runId = await runIn(test.store, status);
      await expectRefusal(runId, "conflict", () => test.store.runs.cancel(runId, "ann"));
    }
    await expect(test.store.runs.cancel("run_none", "ann")).rejects.toMatchObject({
      code: "not_found",
    });
  });
});

describe("retry", () => {
  for (const status of ["failed", "cancelled"] as const) {
    it(`makes the next segment of a ${status} run due, its steps kept`, async () => {
      const runId = await runIn(test.store, status);
      const woken: number[] = [];
      const end = test.store.signals.onDue(() => woken.push(1));
      await test.store.runs.retry(runId, "ann");
      expect(fold(await journal(runId))).toMatchObject({ status: "pending", stepCount: 1 });
      const summary = await test.store.runs.get(runId);
      expect(summary).toMatchObject({ status: "pending", endedAt: null, stepCount: 1 });
      await expect.poll(() => woken.length).toBeGreaterThan(0);
      end();
      expect(await due(runId)).toEqual([2]);
      expect(await test.store.runs.claim({ runId, segment: 2, worker: "w" })).not.toBeNull();
    });
  }

  it("forgets who wanted it cancelled", async () => {
    const runId = await runIn(test.store, "pending");
    await test.store.runs.cancel(runId, "ann");
    await test.store.runs.retry(runId, "ann");
    expect(await row(runId)).toMatchObject({ cancel_by: null, cancel_reason: null });
  });

  it("refuses in any other status", async () => {
    for (const status of ["pending", "running", "waiting", "completed"] as RunStatus[]) {
      const runId = await runIn(test.store, status);
      await expectRefusal(runId, "conflict", () => test.store.runs.retry(runId, "ann"));
    }
    await expect(test.store.runs.retry("run_none", "ann")).rejects.toMatchObject({
      code: "not_found",
    });
  });
});

describe("a change", () => {
  it("that the reducer refuses leaves no event behind", async () => {
    const runId = await createRun(test.store);
    // A projection that is ahead of its journal stands for any state the reducer objects to.
    await test.store.pool.query("UPDATE run SET status = 'failed' WHERE id = $1", [runId]);
    await expectRefusal(runId, "illegal_transition", () => test.store.runs.retry(runId, "ann"));
  });
});
