import { setTimeout as sleep } from "node:timers/promises";
import { agentSpecSchema, newId, type Budget, type NewBudget, type Run } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRun } from "../src/index.ts";
import { openTestEngine, type TestEngine } from "./platform.ts";

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine([]);
});
afterAll(() => test.close());

/** At the prices of simulated models 42 micro-USD a call, the most that is expected of it. */
const usage = { inputTokens: 20, outputTokens: 100 };
const callMicros = 42;

/** Sets a budget and waits until the worker has heard of it. */
async function setBudget(name: string, change: Partial<NewBudget>): Promise<Budget> {
  const budget = await test.store.budgets.set({
    id: newId("bud"),
    level: "agent",
    name,
    organisation: null,
    period: "total",
    limitMicros: 1_000,
    alertPercent: 80,
    strict: false,
    ...change,
  });
  await sleep(300);
  return budget;
}

/** An agent whose every call costs the same, with so many calls a run. */
async function agent(calls = 1, model = "simulated/script"): Promise<string> {
  const name = `agent-${newId("agt").slice(-10)}`;
  const turns = [
    ...Array.from({ length: calls - 1 }, () => ({ calls: [{ tool: "no" }], usage })),
    { text: "end", usage },
  ];
  const spec = agentSpecSchema.parse({
    name,
    model,
    instructions: JSON.stringify({ turns }),
    settings: { maxOutputTokens: 100 },
  });
  await test.store.agents.apply(spec, newId("agt"));
  return name;
}

const start = (name: string) => startRun(test.store, { agent: name, input: { text: "go" } });

const statuses = async (runIds: string[]) =>
  (await Promise.all(runIds.map((runId) => test.store.runs.get(runId)))).map(
    ({ status }) => status,
  );

describe("a budget", () => {
  it("lets calls through until it is spent; then runs wait, and go on when it is raised", async () => {
    const name = await agent();
    const budget = await setBudget(name, { limitMicros: 10 * callMicros });
    const runIds = await Promise.all(Array.from({ length: 20 }, () => start(name)));
    await expect
      .poll(async () => (await statuses(runIds)).filter((one) => one === "waiting").length, {
        timeout: 20_000,
      })
      .toBe(10);
    expect((await test.store.budgets.get(budget.id)).spentMicros).toBe(10 * callMicros);
    const parked = runIds[(await statuses(runIds)).indexOf("waiting")] as string;
    const run = (await test.until(parked, "waiting")) as Run & { status: "waiting" };
    expect(run.waitingFor).toMatchObject({ kind: "budget", budgetId: budget.id, until: null });
    expect(test.logged).toContain("a budget is nearly spent");
    expect(test.logged).toContain("a budget is spent: what it covers waits");
    await setBudget(name, { limitMicros: 100 * callMicros });
    await expect.poll(() => statuses(runIds), { timeout: 20_000 }).not.toContain("waiting");
    for (const runId of runIds) await test.until(runId, "completed");
    expect((await test.store.budgets.get(budget.id)).spentMicros).toBe(20 * callMicros);
  });

  it("that is set while runs are under way stops them at their next call", async () => {
    const name = await agent(40, "typing/script");
    const runId = await start(name);
    await expect
      .poll(async () => (await test.store.runs.get(runId)).stepCount, { timeout: 10_000 })
      .toBeGreaterThan(0);
    const budget = await setBudget(name, { limitMicros: callMicros });
    const run = await test.until(runId, "waiting");
    expect(run.stepCount).toBeLessThan(40);
    await test.store.budgets.remove(budget.id);
    await test.until(runId, "running", "completed");
    await test.store.runs.cancel(runId, "person");
    await test.until(runId, "cancelled", "completed");
  });

  it("does not count calls without a known price, unless it is strict", async () => {
    const name = await agent(1, "nameless/script");
    await setBudget(name, { limitMicros: 1 });
    const open = await start(name);
    await test.until(open, "completed");
    await setBudget(name, { limitMicros: 1, strict: true });
    await expect
      .poll(async () => (await test.until(await start(name), "completed", "failed")).status, {
        timeout: 10_000,
      })
      .toBe("failed");
  });
});

describe("a batch with a budget", () => {
  it("is paused when it is spent, its runs under way stop at their next call, and go on with it", async () => {
    const { store } = test;
    const name = await agent(2);
    const { id: agentId, version } = await store.agents.get(name);
    const id = newId("bat");
    await store.batches.create({
      id,
      name: "b",
      agentId,
      agentVersion: version,
      template: "{{n}}",
      concurrency: 10,
      priority: 5,
      budgetMicros: 5 * callMicros,
    });
    const rows = Array.from({ length: 6 }, (_, i) => ({
      line: i + 1,
      data: { n: i },
      error: null,
    }));
    await store.batches.addRows(id, rows);
    await store.batches.start(id);
    const status = async () => (await store.batches.get(id)).status;
    await expect.poll(status, { timeout: 20_000 }).toBe("paused");
    await expect
      .poll(async () => (await store.batches.figures(id)).counts, { timeout: 10_000 })
      .toMatchObject({ running: 0 });
    expect((await store.batches.figures(id)).costMicros).toBe(5 * callMicros);
    await store.batches.change(id, { budgetMicros: 100 * callMicros });
    await store.batches.resume(id);
    await expect.poll(status, { timeout: 20_000 }).toBe("completed");
    expect(await store.batches.figures(id)).toMatchObject({
      costMicros: 12 * callMicros,
      counts: { completed: 6 },
    });
  });
});
