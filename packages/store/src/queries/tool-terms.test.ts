import { sql } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openDatabase, type Database } from "../database.ts";
import { openPool } from "../pool.ts";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";

let opened: TestStore;
let db: Database;
beforeAll(async () => {
  opened = await openTestStore();
  db = openDatabase(openPool({ url: opened.url, name: "test", onError: () => undefined }));
});
afterAll(async () => {
  await db.destroy();
  await opened.drop();
});

const organisation = "default";
const forever = 1e9;

it("gives turns of which no window holds more than the rate, in the order asked", async () => {
  const { toolTerms } = opened.store;
  for (const rate of [
    { calls: 3, perSeconds: 10 },
    { calls: 1, perSeconds: 5 },
    { calls: 2_500, perSeconds: 60 },
  ]) {
    const tool = `paced-${rate.calls}`;
    const before = performance.now();
    const waits: number[] = [];
    for (let n = 0; n < 9; n++) {
      const turn = await toolTerms.takeTurn({ organisation, tool }, rate, forever);
      waits.push((turn?.waitMs ?? NaN) + (performance.now() - before));
    }
    // Turns that may begin at once are told a moment apart.
    const inOrder = waits.every((wait, n) => n === 0 || wait > (waits[n - 1] ?? 0) - 100);
    expect(inOrder).toBe(true);
    const { rows } = await sql<{ starts: Date[] }>`
      SELECT starts FROM tool_pace WHERE tool = ${tool}`.execute(db);
    const starts = (rows[0]?.starts ?? []).map((at) => at.getTime());
    expect(starts.length).toBe(Math.min(9, rate.calls));
    const last = waits.at(-1) ?? 0;
    if (rate.calls === 3) expect(last).toBeGreaterThan(19_000);
    if (rate.calls === 1) expect(last).toBeGreaterThan(39_000);
    if (rate.calls > 1_000) expect(waits.every((wait) => wait < 30_000)).toBe(true);
  }
});

it("gives each place once, to whoever asks, and again when its time is over", async () => {
  const { toolTerms } = opened.store;
  const group = { organisation, group: "crm" };
  const take = (holder: string, forMs = 60_000) => toolTerms.takePlace(group, 2, holder, forMs);
  const taken = await Promise.all(["a", "b", "c", "d"].map((holder) => take(holder)));
  // Of two who reach for the same place one may have to look again.
  expect(taken.filter(Boolean).length).toBeGreaterThanOrEqual(1);
  while (!(await take("e")) && (await sql`SELECT FROM tool_slot`.execute(db)).rows.length < 2);
  expect(await take("f")).toBe(false);
  await sql`UPDATE tool_slot SET until = now() WHERE slot = 2`.execute(db);
  expect(await take("g")).toBe(true);
  expect(await take("h")).toBe(false);
  await toolTerms.leavePlace(group, "g");
  expect(await take("i")).toBe(true);
  expect(await toolTerms.takePlace({ organisation: "other", group: "crm" }, 1, "j", 1)).toBe(true);
});

it("keeps an answer for its time, and lets nobody else see it", async () => {
  const { toolTerms } = opened.store;
  const key = { organisation, environment: "prod", key: "k" } as const;
  await toolTerms.keepAnswer(key, { output: { a: 1 }, labels: ["web"] }, 60);
  expect(await toolTerms.answer(key)).toEqual({ output: { a: 1 }, labels: ["web"] });
  expect(await toolTerms.answer({ ...key, environment: "dev" })).toBeUndefined();
  expect(await toolTerms.answer({ ...key, organisation: "other" })).toBeUndefined();
  await sql`UPDATE tool_answer SET expires_at = now()`.execute(db);
  expect(await toolTerms.answer(key)).toBeUndefined();
  await toolTerms.cleanUp();
  const { rows } = await sql`SELECT FROM tool_answer`.execute(db);
  expect(rows).toHaveLength(0);
});
