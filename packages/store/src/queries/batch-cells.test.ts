import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { mixedBatch, runsOf, startedBatch, tick } from "../../test/sample-batch.ts";

let test: TestStore;
beforeAll(async () => void (test = await openTestStore()));
afterAll(() => test.drop());

/** The cursor, once it is past every change so far: other databases' transactions hold it up too. */
async function settledCursor(): Promise<string> {
  const { rows } = await test.store.pool.query("SELECT max(changed_xid::text::bigint) FROM run");
  let cursor = "";
  await expect
    .poll(async () => Number((cursor = await test.store.batches.changeCursor())), {
      timeout: 20_000,
    })
    .toBeGreaterThan(rows[0].max);
  return cursor;
}

describe("cells", () => {
  it("are all there in input order", async () => {
    const { id, runs } = await mixedBatch(test.store);
    expect(await test.store.batches.allCells(id)).toEqual([
      [1, "completed", runs[0]],
      [2, "failed", runs[1]],
      [3, "failed", null],
      [4, "running", runs[2]],
      [5, "pending", null],
    ]);
  });

  it("a follower's cursor passes no change that is not visible yet", async () => {
    const { id, runs } = await mixedBatch(test.store);
    const from = await settledCursor();
    const early = await test.store.pool.connect();
    await early.query("BEGIN");
    await early.query(
      "UPDATE run SET status = 'waiting', changed_xid = pg_current_xact_id() WHERE id = $1",
      [runs[2]],
    );
    // A later transaction that ends sooner.
    await test.store.runs.retry(runs[1] as string, "ann");
    const to = await test.store.batches.changeCursor();
    expect(await test.store.batches.changedCells(id, from, to)).toEqual([]);
    await early.query("COMMIT");
    early.release();
    expect(await test.store.batches.changedCells(id, to, await settledCursor())).toEqual([
      [2, "pending", runs[1]],
      [4, "waiting", runs[2]],
    ]);
  });

  it("reach a follower once each, however their transactions overlap", async () => {
    const id = await startedBatch(test.store, { rows: 60, concurrency: 60 });
    await tick(test.store, id);
    const runs = await runsOf(test.store, id);
    let cursor = await settledCursor();
    const seen: number[] = [];
    let writing = true;

    const writers = Array.from({ length: 6 }, async (_, writer) => {
      for (let row = writer; row < runs.length; row += 6) {
        const client = await test.store.pool.connect();
        await client.query("BEGIN");
        await client.query(
          "UPDATE run SET status = 'running', changed_xid = pg_current_xact_id() WHERE id = $1",
          [runs[row]],
        );
        await sleep((row * 7) % 20);
        await client.query("COMMIT");
        client.release();
      }
    });
    const follow = async () => {
      const to = await test.store.batches.changeCursor();
      const cells = await test.store.batches.changedCells(id, cursor, to);
      cursor = to;
      seen.push(...cells.filter(([, status]) => status === "running").map(([row]) => row));
    };
    const follower = (async () => {
      while (writing) {
        await follow();
        await sleep(1);
      }
    })();
    await Promise.all(writers);
    writing = false;
    await follower;
    await settledCursor();
    await follow();
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  });
});
