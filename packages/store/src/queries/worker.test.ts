import { setTimeout as sleep } from "node:timers/promises";
import { newId } from "@flotilla/core";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";

let test: TestStore;
beforeAll(async () => void (test = await openTestStore()));
beforeEach(() => test.store.pool.query("DELETE FROM worker"));
afterAll(() => test.drop());

const leaseMs = 60_000;
const register = async () => {
  const id = newId("wrk");
  await test.store.workers.register({ id, host: "h", pid: 7 });
  return id;
};
const expire = (id: string) =>
  test.store.pool.query(
    "UPDATE worker SET heartbeat_at = now() - interval '61 seconds' WHERE id = $1",
    [id],
  );
const takeOver = (recover: (dead: string) => Promise<void>, knownDead: string[] = []) =>
  test.store.workers.takeOver("wrk_self", leaseMs, knownDead, recover);

it("a heartbeat renews the lease of a worker, and says when it has none any more", async () => {
  const id = await register();
  await expire(id);
  const { workers } = test.store;
  const sandbox = { tier: "landlock" as const, why: "no bubblewrap" };
  const beat = { id, activeRuns: 3, memoryBytes: 2 ** 40 };
  expect(await workers.heartbeat({ ...beat, sandbox })).toBe(true);
  expect((await test.store.health.workers(6_000)).sandboxes).toEqual([sandbox]);
  expect(await workers.heartbeat(beat)).toBe(true);
  expect(await workers.list()).toEqual([
    {
      id,
      host: "h",
      pid: 7,
      startedAt: expect.any(String),
      heartbeatAt: expect.any(String),
      activeRuns: 3,
      memoryBytes: 2 ** 40,
      sandbox,
      loopDelayMs: 0,
      cpuPercent: 0,
    },
  ]);
  expect(await takeOver(async () => undefined)).toBeUndefined();
  expect(await workers.heartbeat({ id: "wrk_none", activeRuns: 0, memoryBytes: 0 })).toBe(false);
});

it("of several takers one recovers a dead worker, once", async () => {
  const dead = await register();
  await register();
  await expire(dead);
  const recovered: string[] = [];
  const taken = await Promise.all(
    Array.from({ length: 4 }, () =>
      takeOver(async (id) => {
        recovered.push(id);
        await sleep(50);
      }),
    ),
  );
  expect(recovered).toEqual([dead]);
  expect(taken.filter((id) => id !== undefined)).toEqual([dead]);
  expect(await test.store.workers.list()).toHaveLength(1);
  expect(await test.store.workers.heartbeat({ id: dead, activeRuns: 0, memoryBytes: 0 })).toBe(
    false,
  );
});

it("two dead workers are recovered by two takers side by side", async () => {
  const dead = [await register(), await register()];
  for (const id of dead) await expire(id);
  const both = await Promise.all([takeOver(() => sleep(20)), takeOver(() => sleep(20))]);
  expect(new Set(both)).toEqual(new Set(dead));
});

it("a recovery that fails leaves the worker to the next taker", async () => {
  const dead = await register();
  await expire(dead);
  const failing = takeOver(async () => {
    throw new Error("not now");
  });
  await expect(failing).rejects.toThrow("not now");
  expect(await takeOver(async () => undefined)).toBe(dead);
});

it("a taker whose connection is lost meanwhile leaves it too, and lives on", async () => {
  const dead = await register();
  await expire(dead);
  const killer = new pg.Client({ connectionString: test.url });
  await killer.connect();
  const cut = takeOver(async () => {
    await killer.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'flotilla'`,
    );
    await sleep(50);
  });
  await expect(cut).rejects.toThrow(/connection/i);
  await killer.end();
  expect(await takeOver(async () => undefined)).toBe(dead);
});

it("never takes over itself, nor a worker in good health, but one known to be dead", async () => {
  const healthy = await register();
  await test.store.workers.register({ id: "wrk_self", host: "h", pid: 8 });
  await expire("wrk_self");
  expect(await takeOver(async () => undefined)).toBeUndefined();
  expect(await takeOver(async () => undefined, [healthy])).toBe(healthy);
});

it("who leaves is not listed, and what may be left of it can be taken at once", async () => {
  const id = await register();
  await test.store.workers.leave(id);
  expect(await test.store.workers.list()).toEqual([]);
  expect(await takeOver(async () => undefined)).toBe(id);
});

it("leases that count no more are deleted when a worker is taken over, others are not", async () => {
  const { pool } = test.store;
  for (const [worker, seconds] of [
    ["wrk_long_dead", -120],
    ["wrk_just_dead", -1],
    ["wrk_alive", 10],
  ]) {
    await pool.query(
      `INSERT INTO capacity_demand
         (bucket, worker, weight, paid_until, held, in_use, waiting, expires_at)
       VALUES ('p/m', $1, 1, 0, 1, 1, '[]', (extract(epoch FROM now()) + $2) * 1000)`,
      [worker, seconds],
    );
    await pool.query(
      `INSERT INTO budget_lease (budget_id, worker, micros, expires_at)
       VALUES ('bud_1', $1, 1, now() + $2 * interval '1 second')`,
      [worker, seconds],
    );
  }
  await test.store.workers.leave(await register());
  await takeOver(async () => undefined);
  for (const table of ["capacity_demand", "budget_lease"]) {
    const { rows } = await pool.query(`SELECT worker FROM ${table} ORDER BY worker`);
    expect(rows.map((row) => row.worker)).toEqual(["wrk_alive", "wrk_just_dead"]);
  }
});
