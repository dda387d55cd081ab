import { newId, roles, type NewsItem, type NewsKind } from "@flotilla/core";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { bringTo, createRun } from "../../test/sample-run.ts";

let test: TestStore;
beforeAll(async () => void (test = await openTestStore()));
afterAll(() => test.drop());
beforeEach(async () => {
  await test.store.pool.query(
    "TRUNCATE run, batch, interrupt, budget, budget_account, mcp_server, mcp_tool, mcp_sign_in, news_mark CASCADE",
  );
});

const kinds: NewsKind[] = ["decision", "runs", "batch", "budget", "signIn", "tools"];
const place = { organisation: "default", environment: "prod", owner: "user:usr_ann" } as const;

async function newsOf(userId: string | null, told: NewsKind[] = kinds): Promise<NewsItem[]> {
  const { items } = await test.store.news.read({ ...place, userId, roles, kinds: told });
  return items;
}

async function ended(user: string | null, status: "completed" | "failed", agentName = "clerk") {
  const runId = await createRun(test.store, { agentName, ...(user && { user }) });
  await bringTo(test.store, runId, status);
  return runId;
}

it("tells of a person's runs, and of those of his keys, those that ended alike as one", async () => {
  const { pool } = test.store;
  await pool.query(
    `INSERT INTO api_key (id, org_id, environment, name, secret_hash, hint, role, user_id, created_by)
     VALUES ('key_ann', 'default', 'prod', 'laptop', 'h', 'x', 'member', 'usr_ann', 'ann')`,
  );
  await ended("usr_ann", "completed");
  const newest = await ended("key_ann", "completed");
  const failed = await ended("usr_ann", "failed");
  await ended("usr_bob", "failed");
  await createRun(test.store, { user: "usr_ann" });
  expect(await newsOf("usr_ann")).toMatchObject([
    { kind: "runs", status: "failed", count: 1, runId: failed, input: "q", error: "m" },
    { kind: "runs", status: "completed", count: 2, runId: newest, agentName: "clerk", error: null },
  ]);
});

it("tells where nobody signs in of those that are for nobody", async () => {
  await ended("usr_bob", "completed");
  const own = await ended(null, "failed");
  expect(await newsOf(null)).toMatchObject([{ kind: "runs", runId: own }]);
});

it("tells what is new apart from what was seen, and a mark never goes back", async () => {
  await ended("usr_ann", "completed");
  const { at } = (await newsOf("usr_ann"))[0] as NewsItem;
  await test.store.news.see(place, at);
  await test.store.news.see(place, "2020-01-01T00:00:00.000Z");
  await test.store.pool.query("SELECT pg_sleep(0.002)");
  await ended("usr_ann", "completed");
  const { items, seenUntil } = await test.store.news.read({
    ...{ ...place, userId: "usr_ann", roles, kinds },
  });
  expect(seenUntil).toBe(at);
  expect(items.map((item) => item.kind === "runs" && [item.count, item.at > at])).toEqual([
    [1, true],
    [1, false],
  ]);
});

it("tells what waits for him, and nothing that waits for others", async () => {
  const runId = await createRun(test.store, { agentName: "clerk" });
  await bringTo(test.store, runId, "waiting");
  await test.store.pool.query("UPDATE interrupt SET assignee = 'usr_bob' WHERE id = 'int_2'");
  const decision = { kind: "decision", runId, agentName: "clerk", asks: "effect_outcome" };
  expect(await newsOf("usr_ann")).toMatchObject([{ ...decision, interruptId: "int_1" }]);
  expect(await newsOf("usr_ann", ["runs", "batch"])).toEqual([]);
});

it("tells of budgets that were reached, of others' own only those who look after budgets", async () => {
  const { budgets, pool } = test.store;
  const wanted = { period: "total", limitMicros: 10, alertPercent: 80, strict: false } as const;
  const add = (level: "organisation" | "user", name: string) =>
    budgets.set({ ...wanted, id: newId("bud"), level, name, organisation: "default" });
  const all = await add("organisation", "default");
  const own = await add("user", "usr_ann");
  await add("user", "usr_bob");
  await pool.query(
    `INSERT INTO budget_account (budget_id, period_start, spent_micros, alerted_at, spent_at)
     SELECT id, period_start, 10, now(), CASE WHEN id = $1 THEN now() + interval '1 s' END
     FROM budget_scope`,
    [all.id],
  );
  expect(await newsOf("usr_ann")).toHaveLength(3);
  expect((await newsOf("usr_ann"))[0]).toMatchObject({
    ...{ kind: "budget", budgetId: all.id, state: "spent", level: "organisation", name: "default" },
  });
  expect(await newsOf("usr_ann", ["runs"])).toMatchObject([
    { kind: "budget", budgetId: own.id, state: "alert", alertPercent: 80 },
  ]);
});

it("tells since when an MCP server needs a sign-in, and its tools say something else", async () => {
  const { pool } = test.store;
  await pool.query(
    `INSERT INTO mcp_server (id, org_id, environment, name, transport, hash, tools, risks, sampling,
       timeout_seconds, created_by) VALUES ('mcs_1', 'default', 'prod', 'wiki', '{}', 'h', '[]', '{}', false, 9, 'x')`,
  );
  await pool.query(
    "INSERT INTO mcp_sign_in (server_id, hash, org_id, environment) VALUES ('mcs_1', 'h', 'default', 'prod')",
  );
  await pool.query(
    `INSERT INTO mcp_tool (server_id, org_id, environment, tool, name, pinned_hash, seen_hash)
     VALUES ('mcs_1', 'default', 'prod', 'find', 'wiki__find', 'a', 'a')`,
  );
  expect(await newsOf("usr_ann")).toEqual([]);
  await pool.query("UPDATE mcp_sign_in SET needed = 'its tokens have ended'");
  // Times are of milliseconds, and the newest comes first.
  await pool.query("SELECT pg_sleep(0.005)");
  await pool.query("UPDATE mcp_tool SET seen_hash = 'b'");
  const both = await newsOf("usr_ann");
  expect(both).toMatchObject([
    { kind: "tools", serverId: "mcs_1", server: "wiki", tools: ["find"] },
    { kind: "signIn", serverId: "mcs_1", server: "wiki" },
  ]);
  // A further try that fails for want of a sign-in is no news.
  await pool.query("UPDATE mcp_sign_in SET needed = 'it was refused'");
  expect(await newsOf("usr_ann")).toEqual(both);
  await pool.query("UPDATE mcp_sign_in SET needed = NULL");
  await pool.query("UPDATE mcp_tool SET pinned_hash = 'b'");
  expect(await newsOf("usr_ann")).toEqual([]);
});
