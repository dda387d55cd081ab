import { randomBytes } from "node:crypto";
import { agentSpecSchema, newId } from "@flotilla/core";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { createDatabase, type TestDatabase } from "../test/database.ts";
import { openTestStore, type TestStore } from "../test/open-test-store.ts";
import { bringTo } from "../test/sample-run.ts";
import { tableFaults } from "../test/table-rules.ts";
import { migrate } from "./migrate.ts";
import { openStore } from "./open-store.ts";
import { openPool } from "./pool.ts";
import { scopedPool } from "./scoped-pool.ts";
import type { Scope } from "./scope.ts";

const alpha: Scope = { organisation: "alpha", environment: "prod" };
const alphaDev: Scope = { organisation: "alpha", environment: "dev" };
const beta: Scope = { organisation: "beta", environment: "prod" };
const silent = () => undefined;

const spec = (instructions: string) =>
  agentSpecSchema.parse({ name: "helper", model: "p/m", instructions });

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test.drop());

async function agentIn(scope: Scope) {
  return test.store.tenant(scope).agents.apply(spec(JSON.stringify(scope)), newId("agt"));
}

async function runIn(scope: Scope): Promise<string> {
  const agent = await agentIn(scope);
  const runId = newId("run");
  await test.store.tenant(scope).runs.create({
    runId,
    agentId: agent.id,
    agentName: agent.name,
    agentVersion: agent.version,
    input: { text: "q" },
    interactive: false,
  });
  return runId;
}

describe("a scope", () => {
  it("has agents of its own under the same name", async () => {
    for (const scope of [alpha, alphaDev, beta]) await agentIn(scope);
    for (const scope of [alpha, alphaDev, beta]) {
      const agent = await test.store.tenant(scope).agents.get("helper");
      expect(JSON.parse(agent.spec.instructions)).toEqual(scope);
      expect(await test.store.tenant(scope).agents.list(false)).toHaveLength(1);
    }
    await expect(test.store.agents.get("helper")).rejects.toMatchObject({ code: "not_found" });
  });

  it("sees, reads and steers its own runs, and no other's", async () => {
    const runId = await runIn(alpha);
    for (const scope of [alphaDev, beta]) {
      const view = test.store.tenant(scope);
      for (const attempt of [
        () => view.runs.get(runId),
        () => view.runs.cancel(runId, "eve"),
        () => view.runs.retry(runId, "eve"),
      ]) {
        await expect(attempt()).rejects.toMatchObject({ code: "not_found" });
      }
      expect(await view.journal.read(runId, 0, 10)).toEqual([]);
      expect(await view.runs.list({ limit: 10 })).toEqual([]);
      expect((await view.runs.count()).pending).toBe(0);
    }
    const own = test.store.tenant(alpha);
    expect(await own.runs.list({ limit: 10 })).toHaveLength(1);
    await own.runs.cancel(runId, "ann");
    expect((await own.runs.get(runId)).status).toBe("cancelled");
    const events = await own.journal.read(runId, 0, 10);
    expect(events.map((event) => event.type)).toEqual(["run.created", "run.cancelled"]);
    expect(events[0]).toMatchObject({ organisation: "alpha", environment: "prod" });
  });

  it("sees what a worker appended to its runs", async () => {
    const runId = await runIn(alphaDev);
    await bringTo(test.store, runId, "completed");
    const seen = await test.store.tenant(alphaDev).journal.read(runId, 0, 10);
    expect(seen.at(-1)?.type).toBe("run.completed");
    expect(await test.store.tenant(alpha).journal.read(runId, 0, 10)).toEqual([]);
  });

  it("fills and starts a batch whose rows and runs are its own", async () => {
    const agent = await agentIn(beta);
    const { batches } = test.store.tenant(beta);
    const id = newId("bat");
    await batches.create({
      id,
      name: "b",
      agentId: agent.id,
      agentVersion: agent.version,
      template: "{{n}}",
      concurrency: 1,
      priority: 5,
      budgetMicros: 1_000,
    });
    await batches.addRows(id, [{ line: 1, data: { n: 1 }, error: null }]);
    await batches.start(id);
    expect(await batches.rows(id, { afterRow: 0, limit: 5 })).toHaveLength(1);
    expect(await batches.get(id)).toMatchObject({ organisation: "beta", environment: "prod" });
    expect(await batches.figures(id)).toMatchObject({ rows: 1 });
    for (const other of [alpha, alphaDev]) {
      const view = test.store.tenant(other);
      await expect(view.batches.get(id)).rejects.toMatchObject({ code: "not_found" });
      await expect(view.batches.pause(id, "person")).rejects.toMatchObject({ code: "not_found" });
      expect(await view.batches.rows(id, { afterRow: 0, limit: 5 })).toEqual([]);
    }
  });

  it("may not write for another, whatever it says", async () => {
    const agent = await agentIn(alpha);
    const forged = test.store.tenant(beta).runs.create({
      runId: newId("run"),
      agentId: agent.id,
      agentName: agent.name,
      agentVersion: agent.version,
      input: { text: "q" },
      organisation: "alpha",
      interactive: false,
    });
    await expect(forged).rejects.toMatchObject({ code: "42501" });
  });
});

it("keeps a budget and its account to its organisation", async () => {
  const id = newId("bud");
  const { budgets } = test.store.tenant(alpha);
  const budget = { level: "organisation", name: "alpha", organisation: "alpha" } as const;
  const rest = { period: "day", limitMicros: 9, alertPercent: 80, strict: false } as const;
  await budgets.set({ id, ...budget, ...rest });
  const ask = { budgetId: id, holdMicros: 0, needMicros: 1, wantMicros: 1 };
  await test.store.budgets.lease("wrk_1", [ask]);
  expect(await budgets.list()).toMatchObject([{ id, spentMicros: 0 }]);
  expect(await test.store.tenant(beta).budgets.list()).toEqual([]);
  await expect(test.store.tenant(beta).budgets.remove(id)).rejects.toMatchObject({
    code: "not_found",
  });
  await budgets.remove(id);
  const left = await test.store.pool.query("SELECT FROM budget_account WHERE budget_id = $1", [id]);
  expect(left.rowCount).toBe(0);
});

it("sets the scope whenever it hands out a connection", async () => {
  const pool = openPool({
    url: test.url,
    max: 1,
    name: "test",
    settings: "-c role=flotilla_tenant",
    onError: silent,
  });
  const seen = async (scope: Scope) => {
    const { rows } = await scopedPool(pool, scope).query<{ org: string; environment: string }>(
      `SELECT current_user AS who, current_setting('flotilla.org') AS org,
         current_setting('flotilla.environment') AS environment`,
    );
    return rows[0];
  };
  const who = "flotilla_tenant";
  for (const scope of [alpha, alphaDev, alphaDev, beta, alpha]) {
    expect(await seen(scope)).toEqual({
      who,
      org: scope.organisation,
      environment: scope.environment,
    });
  }
  await expect(scopedPool(pool, beta).query("SELECT FROM worker")).rejects.toThrow(/permission/);
  expect(await seen(beta)).toMatchObject({ org: "beta" });
  await pool.end();
});

it("has every table under forced row-level security", async () => {
  const database = await createDatabase();
  const pool = openPool({ url: database.url, max: 1, name: "test", onError: silent });
  await migrate(pool);
  const client = await pool.connect();
  await client.query("CREATE TABLE forgotten (id text PRIMARY KEY, org_id text NOT NULL)");
  await client.query("GRANT ALL ON forgotten TO flotilla_tenant");
  const faults = await tableFaults(client);
  expect(faults).toContain("forgotten: row-level security is not enabled and forced");
  expect(faults).toContain("forgotten: beta/prod sees rows of another");
  expect(faults.filter((fault) => !fault.startsWith("forgotten"))).toEqual([]);
  client.release();
  await pool.end();
  await database.drop();
});

describe("a database whose owner is no superuser", () => {
  let database: TestDatabase;
  let server: pg.Client;
  const owner = `owner_${randomBytes(4).toString("hex")}`;
  const url = () => {
    const its = new URL(database.url);
    its.username = owner;
    its.password = "test";
    return its.href;
  };
  beforeAll(async () => {
    database = await createDatabase();
    server = new pg.Client({ connectionString: inject("postgresUrl") });
    await server.connect();
    await server.query(`CREATE ROLE ${owner} LOGIN PASSWORD 'test'`);
    await server.query(
      `ALTER DATABASE ${new URL(database.url).pathname.slice(1)} OWNER TO ${owner}`,
    );
  });
  afterAll(async () => {
    await database.drop();
    await server.query(`DROP ROLE ${owner}`);
    await server.end();
  });

  it("is told what an administrator has to run, and works once he did", async () => {
    const pool = openPool({ url: url(), max: 1, name: "test", onError: silent });
    await expect(migrate(pool)).rejects.toThrow(
      `CREATE ROLE flotilla_tenant NOLOGIN; GRANT flotilla_tenant TO ${owner};`,
    );
    await server.query(`GRANT flotilla_tenant TO ${owner}`);
    await migrate(pool);
    const client = await pool.connect();
    await client.query("SET ROLE flotilla_tenant");
    expect((await client.query("SELECT FROM run")).rowCount).toBe(0);
    client.release(true);
    await pool.end();

    const store = await openStore({ url: url(), onError: silent });
    const agent = await store.tenant(alpha).agents.apply(spec(""), newId("agt"));
    const runId = newId("run");
    await store.tenant(alpha).runs.create({
      runId,
      agentId: agent.id,
      agentName: agent.name,
      agentVersion: 1,
      input: { text: "q" },
      interactive: false,
    });
    await bringTo(store, runId, "completed");
    expect((await store.runs.get(runId)).status).toBe("completed");
    expect((await store.tenant(alpha).runs.get(runId)).status).toBe("completed");
    const { rows } = await store.pool.query<{ "QUERY PLAN": string }>(
      "EXPLAIN SELECT * FROM run WHERE id = 'x'",
    );
    const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    expect(plan).not.toMatch(/Filter|Subquery/);
    await store.close();
  });
});
