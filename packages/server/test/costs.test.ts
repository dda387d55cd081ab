import { newId, noUsage } from "@flotilla/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

async function callOf(organisation: string, costMicros: number | null): Promise<void> {
  const { store } = server;
  const runId = newId("run");
  await store.runs.create({
    runId,
    agentId: "agt_1",
    agentName: "clerk",
    agentVersion: 1,
    input: { text: "q" },
    organisation,
    interactive: false,
  });
  const claimed = await store.runs.claim({ runId, segment: 1, worker: "wrk_1" });
  const usage = { ...noUsage, inputTokens: 10, outputTokens: 4 };
  const error = { code: "model_timeout", message: "m", class: "transient", remedy: "r" } as const;
  await store.journal.append({
    runId,
    epoch: claimed?.epoch ?? 0,
    seq: 2,
    events: [{ type: "step.failed", step: 1, attempt: 1, error, usage, costMicros, retryInMs: 0 }],
    charges: [
      {
        model: "p/m",
        priced: "call",
        failed: true,
        estimated: false,
        usage,
        costMicros,
        savedMicros: 0,
      },
    ],
  });
}

test("costs are told by what is asked for, and say when a price is unknown", async () => {
  await callOf("acme", 3);
  await callOf("acme", 4);
  await callOf("zeta", null);
  const { client } = server;
  const costs = await client.costs({ by: "organisation" });
  expect(costs.items).toMatchObject([
    { key: "acme", calls: 2, costMicros: 7, costIncomplete: false },
    { key: "zeta", calls: 1, costMicros: 0, unpricedCalls: 1, costIncomplete: true },
  ]);
  expect(costs.totals).toMatchObject({ calls: 3, costMicros: 7, costIncomplete: true });
  const one = await client.costs({ by: "model", organisation: "acme", agent: "clerk" });
  expect(one).toMatchObject({ by: "model", items: [{ key: "p/m", inputTokens: 20 }] });
});

test("what cannot be asked for is refused by name", async () => {
  const wrong = await problemOf(send(server.app, "GET", "/costs?by=colour&from=yesterday"));
  expect(wrong).toMatchObject({ status: 400, code: "invalid_request" });
  expect(wrong.errors?.map(({ path }) => path)).toEqual(["by", "from"]);
});

test("budgets are set, replaced, listed, metered and removed", async () => {
  const { client, app } = server;
  const wanted = { level: "organisation", name: "acme", period: "total" } as const;
  const first = await client.budgets.set({ ...wanted, limitUsd: 0.000_007 });
  expect(first).toMatchObject({ spentMicros: 7, limitMicros: 7, state: "spent" });
  const raised = await client.budgets.set({ ...wanted, limitUsd: 0.000_014 });
  expect(raised).toMatchObject({ id: first.id, state: "ok", organisation: "acme" });
  const agent = await client.budgets.set({ level: "agent", name: "clerk", limitUsd: 5 });
  expect(agent).toMatchObject({ organisation: null, period: "month", alertPercent: 80 });
  expect((await client.budgets.list()).items.map(({ id }) => id)).toEqual([agent.id, first.id]);
  const metrics = await (await app.request("/metrics")).text();
  expect(metrics).toContain(`flotilla_budget_used_ratio{budget="${first.id}",level="organisation"`);
  expect(metrics).toMatch(/flotilla_cost_by_agent_usd\{agent="clerk"\} 0\.000007/);
  await client.budgets.remove(first.id);
  await expect(client.budgets.get(first.id)).rejects.toMatchObject({ code: "not_found" });
  const free = await problemOf(send(app, "PUT", "/budgets", { ...wanted, limitUsd: 0 }));
  expect(free.errors?.map(({ path }) => path)).toEqual(["limitUsd"]);
});
