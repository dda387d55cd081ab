import { newId, type RunStatus } from "@flotilla/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { runsOf, startedBatch, tick } from "../../test/sample-batch.ts";
import { bringTo, runIn } from "../../test/sample-run.ts";

let test: TestStore;
beforeAll(async () => void (test = await openTestStore()));
afterAll(() => test.drop());

/** Makes everything that has ended look as if it had so many days earlier. */
async function age(days: number): Promise<void> {
  for (const table of ["run", "batch"]) {
    const earlier = `ended_at = ended_at - $1 * interval '1 day'`;
    await test.store.pool.query(`UPDATE ${table} SET ${earlier}`, [days]);
  }
}
const eventsOf = async (runId: string) => (await test.store.journal.read(runId, 0, 10)).length;

it("deletes what ended that long ago with its journal, and never what has not ended", async () => {
  const ended = await Promise.all(
    (["completed", "failed", "cancelled"] as RunStatus[]).map((status) =>
      runIn(test.store, status),
    ),
  );
  const unended = await Promise.all(
    (["pending", "running", "waiting"] as RunStatus[]).map((status) => runIn(test.store, status)),
  );
  await age(31);
  const fresh = await runIn(test.store, "completed");
  expect((await test.store.runs.deleteOld(30)).toSorted()).toEqual(ended.toSorted());
  for (const runId of ended) {
    expect(await eventsOf(runId)).toBe(0);
    await expect(test.store.runs.get(runId)).rejects.toMatchObject({ code: "not_found" });
  }
  for (const runId of [...unended, fresh]) {
    expect(await eventsOf(runId)).toBeGreaterThan(0);
    expect((await test.store.runs.get(runId)).runId).toBe(runId);
  }
  expect(await test.store.runs.deleteOld(30)).toEqual([]);
});

it("deletes a bounded number at a time, each run once, however many workers do it", async () => {
  const old = await Promise.all(Array.from({ length: 9 }, () => runIn(test.store, "failed")));
  await age(31);
  const first = await Promise.all(
    Array.from({ length: 3 }, () => test.store.runs.deleteOld(30, 2)),
  );
  for (const deleted of first) expect(deleted.length).toBeLessThanOrEqual(2);
  const all = first.flat();
  for (let deleted = [""]; deleted.length > 0; all.push(...deleted)) {
    deleted = await test.store.runs.deleteOld(30, 2);
  }
  expect(new Set(all).size).toBe(all.length);
  expect(all).toEqual(expect.arrayContaining(old));
});

it("keeps a batch whole until it has ended that long ago, and deletes it with its runs", async () => {
  const id = await startedBatch(test.store, { rows: 2, concurrency: 2, budgetMicros: 100 });
  await tick(test.store, id);
  const [first, second] = (await runsOf(test.store, id)) as [string, string];
  await bringTo(test.store, first, "completed");
  await age(31);
  expect(await test.store.runs.deleteOld(30)).not.toContain(first);
  await bringTo(test.store, second, "completed");
  await tick(test.store, id);
  await age(29);
  expect(await test.store.runs.deleteOld(30)).not.toContain(first);
  const { counts } = await test.store.batches.figures(id);
  expect(counts).toMatchObject({ pending: 0, completed: 2 });

  await test.store.budgets.lease("wrk_1", [
    { budgetId: id, holdMicros: 0, needMicros: 1, wantMicros: 1 },
  ]);
  const accounts = "SELECT FROM budget_account WHERE budget_id = $1";
  expect((await test.store.pool.query(accounts, [id])).rowCount).toBe(1);
  await age(2);
  const kept = await startedBatch(test.store, { rows: 1 });
  expect(await test.store.runs.deleteOld(30)).toEqual(expect.arrayContaining([first, second]));
  await expect(test.store.batches.get(id)).rejects.toMatchObject({ code: "not_found" });
  expect(await test.store.batches.rows(id, { afterRow: 0, limit: 9 })).toEqual([]);
  expect((await test.store.batches.get(kept)).status).toBe("running");
  expect((await test.store.pool.query(accounts, [id])).rowCount).toBe(0);
});

it("a run's call in a provider's batch goes with it, then the batch; an open one stays", async () => {
  const { store } = test;
  const runs = [await runIn(store, "completed"), await runIn(store, "completed")];
  const [ended, open] = [newId("pbt"), newId("pbt")];
  for (const [i, id] of [ended, open].entries()) {
    await store.pool.query(
      `INSERT INTO provider_batch (id, model, status, calls, give_up_at, ended_at)
       VALUES ($1, 'p/m', $2, 1, now(), $3)`,
      [id, id === ended ? "ended" : "running", id === ended ? new Date(0) : null],
    );
    await store.pool.query(
      `INSERT INTO provider_call (run_id, step, model, request, give_up_at, batch_id)
       VALUES ($1, 1, 'p/m', 'null', now(), $2)`,
      [runs[i], id],
    );
  }
  const batches = async () => {
    const { rows } = await store.pool.query<{ id: string }>("SELECT id FROM provider_batch");
    return rows.map((row) => row.id).toSorted();
  };
  await store.runs.deleteOld(30);
  expect(await batches()).toEqual([ended, open].toSorted());
  await age(31);
  await store.runs.deleteOld(30);
  expect((await store.pool.query("SELECT FROM provider_call")).rowCount).toBe(0);
  expect(await batches()).toEqual([open]);
});
