import type { RunStatus } from "@flotilla/core";
import { Kysely, PostgresDialect, type CompiledQuery } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { bringTo, createRun } from "../../test/sample-run.ts";
import { seedRuns } from "../../test/seed-runs.ts";
import type { DB } from "../schema.gen.ts";
import { listRuns, type RunFilter } from "./list-runs.ts";

const statuses: RunStatus[] = ["pending", "running", "waiting", "completed", "failed", "cancelled"];
let test: TestStore;
/** Oldest first: one run of each status of agent `a`, then one of agent `b` for Ada in a batch. */
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
  const ofAda = { batchId: "bat_1", row: 1, agentVersion: 3, user: "ada" };
  const input = { text: "Say 100%_sure" };
  // The text of a note is kept as far as Postgres' text can hold it.
  const request = { metadata: { customer: "acme", "ord\0er": "7\ud800", region: "eu" } };
  runIds.push(await createRun(test.store, { agentName: "b", ...ofAda, input, request }));
});
afterAll(() => test.drop());

const list = async (filter: Partial<RunFilter>) =>
  (await test.store.runs.list({ limit: 100, ...filter })).map((run) => run.runId);

describe("a list of runs", () => {
  it("has the newest first, in pages that meet without gap or overlap", async () => {
    const pages: string[][] = [];
    for (let before: string | undefined; pages.flat().length < runIds.length;) {
      const page = await list({ before, limit: 3 });
      pages.push(page);
      before = page.at(-1);
    }
    expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
    expect(pages.flat()).toEqual(runIds.toReversed());
  });

  it("has those of a status, agent, version, user and batch, alone and together", async () => {
    expect(await list({ status: "failed" })).toEqual([runIds[4]]);
    expect(await list({ status: "pending" })).toEqual([runIds[6], runIds[0]]);
    expect(await list({ agent: "b" })).toEqual([runIds[6]]);
    expect(await list({ batchId: "bat_1" })).toEqual([runIds[6]]);
    expect(await list({ version: 3 })).toEqual([runIds[6]]);
    expect(await list({ user: "ada" })).toEqual([runIds[6]]);
    expect(await list({ status: "pending", agent: "a" })).toEqual([runIds[0]]);
    expect(await list({ status: "failed", agent: "b" })).toEqual([]);
  });

  it("has those that failed of the same", async () => {
    const failed = await test.store.runs.get(runIds[4] as string);
    const fingerprint = failed.status === "failed" ? failed.fingerprint : null;
    expect(fingerprint).toMatch(/^[0-9a-f]{32}$/);
    expect(await list({ fingerprint: fingerprint as string })).toEqual([runIds[4]]);
    expect(await list({ fingerprint: "0" })).toEqual([]);
  });

  it("has those started with all of some notes", async () => {
    expect(await list({ metadata: { customer: "acme" } })).toEqual([runIds[6]]);
    expect(await list({ metadata: { customer: "acme", region: "us" } })).toEqual([]);
    expect(await list({ metadata: { region: "eu", "ord er": "7\ufffd" } })).toEqual([runIds[6]]);
  });

  it("has those of a stretch of time", async () => {
    const at = async (index: number) =>
      (await test.store.runs.get(runIds[index] as string)).createdAt;
    const [second, fourth] = [await at(1), await at(3)];
    for (const tree of ["roots", "all"] as const) {
      const some = await list({ since: second, until: fourth, tree });
      expect(some).toEqual([runIds[2], runIds[1]]);
    }
    expect(await list({ since: "2100-01-01T00:00:00Z", tree: "roots" })).toEqual([]);
    expect(await list({ until: "1971-01-01T00:00:00Z" })).toEqual([]);
  });

  it("has those with a text in their input, as it stands, and of a cost", async () => {
    expect(await list({ text: "say 100%_S" })).toEqual([runIds[6]]);
    expect(await list({ text: "1%" })).toEqual([]);
    expect(await list({ text: "Q" })).toHaveLength(6);
    expect(await list({ minCostMicros: 11 })).toHaveLength(5);
    expect(await list({ minCostMicros: 12 })).toEqual([]);
    expect(await list({ maxCostMicros: 10 })).toEqual([runIds[6], runIds[0]]);
  });

  it("has what a schedule began, its batches' runs too", async () => {
    await test.store.pool.query(
      `WITH made AS (
         INSERT INTO schedule (id, org_id, environment, name, spec, priority, history_days)
         VALUES ('sch_1', 'default', 'prod', 'nightly', '{}', 5, 30)
       )
       INSERT INTO schedule_start (schedule_id, due_at, org_id, environment, cause, overlap, outcome, run_id, batch_id)
       VALUES ('sch_1', now(), 'default', 'prod', 'due', 'skip', 'started', $1, null),
         ('sch_1', now() + interval '1 h', 'default', 'prod', 'due', 'skip', 'started', null, 'bat_1')`,
      [runIds[3]],
    );
    expect(await list({ schedule: "nightly" })).toEqual([runIds[6], runIds[3]]);
    expect(await list({ schedule: "sch_1", agent: "a" })).toEqual([runIds[3]]);
    expect(await list({ schedule: "weekly" })).toEqual([]);
  });

  it("tells how far a page may look, among what an index leaves", async () => {
    const { horizon } = test.store.runs;
    expect(await horizon({ limit: 1 }, 2)).toBe(runIds[4]);
    expect(await horizon({ limit: 1, before: runIds[4] }, 2)).toBe(runIds[1]);
    expect(await horizon({ limit: 1, agent: "b" }, 1)).toBeUndefined();
    expect(await list({ from: runIds[5] })).toEqual([runIds[6], runIds[5]]);
  });
});

describe("with 20,000 runs", () => {
  let many: TestStore;
  beforeAll(async () => {
    many = await openTestStore();
    await seedRuns(many.store.pool, 20_000);
  });
  afterAll(() => many.drop());

  it.each<Partial<RunFilter>>([
    {},
    { status: "failed" },
    { agent: "agent-7" },
    { agent: "agent-7", version: 2 },
    { user: "user-77" },
    { batchId: "bat_4" },
    { fingerprint: "0123" },
    { since: new Date(Date.now() - 60_000).toISOString(), tree: "roots" },
    { text: "report 77" },
  ])("a page in the middle with %o is found by an index", async (filter) => {
    const before = await many.store.runs.horizon({ limit: 1 }, 10_000);
    const plan = await explain(many, { limit: 51, before, ...filter });
    expect(plan).toContain("Index");
    expect(plan).not.toContain("Seq Scan");
  });
});

/** How the database finds such a list. */
async function explain({ store: { pool } }: TestStore, filter: RunFilter): Promise<string> {
  const asked: CompiledQuery[] = [];
  const db = new Kysely<DB>({
    dialect: new PostgresDialect({ pool }),
    log: ({ query }) => void asked.push(query),
  });
  await listRuns(db, filter);
  const [query] = asked as [CompiledQuery];
  const { rows } = await pool.query(`EXPLAIN ${query.sql}`, [...query.parameters]);
  return JSON.stringify(rows);
}
