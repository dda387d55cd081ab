import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { badRow, mixedBatch } from "../../test/sample-batch.ts";

let test: TestStore;
beforeAll(async () => void (test = await openTestStore()));
afterAll(() => test.drop());

describe("rows", () => {
  it("are shown with what became of them", async () => {
    const { id, runs } = await mixedBatch(test.store);
    const rows = await test.store.batches.rows(id, { afterRow: 0, limit: 100 });
    const none = {
      stepCount: 0,
      inputTokens: 0,
      outputTokens: 0,
      costMicros: 0,
      costIncomplete: false,
    };
    const some = {
      stepCount: 1,
      inputTokens: 7,
      outputTokens: 5,
      costMicros: 11,
      costIncomplete: false,
    };
    const at = expect.any(String);
    expect(rows[0]).toEqual({
      row: 1,
      line: 2,
      data: { n: "1" },
      status: "completed",
      runId: runs[0],
      output: { answer: 42 },
      error: null,
      ...some,
      startedAt: at,
      endedAt: at,
    });
    expect(rows[1]).toMatchObject({
      status: "failed",
      error: { code: "tool_failed" },
      output: null,
    });
    expect(rows[2]).toMatchObject({ status: "failed", error: badRow, runId: null, ...none });
    expect(rows[3]).toMatchObject({ status: "running", runId: runs[2], endedAt: null, ...some });
    expect(rows[4]).toMatchObject({ status: "pending", runId: null, startedAt: null, ...none });
  });

  it("come in pages that meet, alone or of one status", async () => {
    const { id } = await mixedBatch(test.store);
    const list = async (filter: {
      status?: "failed" | "pending";
      afterRow: number;
      limit: number;
    }) => (await test.store.batches.rows(id, filter)).map((row) => row.row);
    expect(await list({ afterRow: 0, limit: 2 })).toEqual([1, 2]);
    expect(await list({ afterRow: 2, limit: 2 })).toEqual([3, 4]);
    expect(await list({ status: "failed", afterRow: 0, limit: 10 })).toEqual([2, 3]);
    expect(await list({ status: "failed", afterRow: 2, limit: 10 })).toEqual([3]);
    expect(await list({ status: "pending", afterRow: 0, limit: 10 })).toEqual([5]);
  });

  it("that were never released are cancelled with their batch", async () => {
    const { id } = await mixedBatch(test.store);
    await test.store.batches.cancel(id);
    const rows = await test.store.batches.rows(id, { status: "cancelled", afterRow: 0, limit: 9 });
    expect(rows.map((row) => row.row)).toEqual([5]);
  });
});

describe("figures", () => {
  it("count the rows by status and add up what they took", async () => {
    const { id } = await mixedBatch(test.store);
    const counts = { pending: 1, running: 1, waiting: 0, completed: 1, failed: 2, cancelled: 0 };
    const sums = {
      steps: 3,
      inputTokens: 21,
      outputTokens: 15,
      costMicros: 33,
      costIncomplete: false,
    };
    expect(await test.store.batches.figures(id)).toEqual({ rows: 5, counts, ...sums });
    await test.store.batches.cancel(id);
    expect((await test.store.batches.figures(id)).counts).toEqual({
      ...counts,
      pending: 0,
      cancelled: 1,
    });
  });

  it("stay exact beyond 32 bits", async () => {
    const { id, runs } = await mixedBatch(test.store);
    const much = 4_000_000_000_000;
    await test.store.pool.query("UPDATE run SET cost_micros = $2 WHERE id = ANY ($1)", [
      runs,
      much,
    ]);
    expect((await test.store.batches.figures(id)).costMicros).toBe(3 * much);
  });

  it("of a batch that does not exist are nothing", async () => {
    expect((await test.store.batches.figures("bat_none")).rows).toBe(0);
  });
});
