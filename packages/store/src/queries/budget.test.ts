import {
  newId,
  noUsage,
  type BudgetAsk,
  type Charge,
  type NewBudget,
  type ProviderCallOutcome,
} from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { startedBatch, tick } from "../../test/sample-batch.ts";
import { createRun } from "../../test/sample-run.ts";

let opened: TestStore;
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(() => opened.drop());

const setBudget = (organisation: string, change: Partial<NewBudget> = {}) =>
  opened.store.budgets.set({
    id: newId("bud"),
    level: "organisation",
    name: organisation,
    organisation,
    period: "day",
    limitMicros: 100,
    alertPercent: 80,
    strict: false,
    ...change,
  });

/** A running run that has cost so much. */
async function spend(organisation: string, costMicros: number, batchId?: string): Promise<string> {
  const { store } = opened;
  const runId = await createRun(store, { organisation, ...(batchId && { batchId, row: 1 }) });
  const claimed = await store.runs.claim({ runId, segment: 1, worker: "wrk_1" });
  const error = { code: "model_timeout", message: "m", class: "transient", remedy: "r" } as const;
  const charge = { priced: "call", failed: true, estimated: false, usage: noUsage } as const;
  await store.journal.append({
    runId,
    epoch: claimed?.epoch ?? 0,
    seq: 2,
    events: [
      { type: "step.failed", step: 1, attempt: 1, error, usage: noUsage, costMicros, retryInMs: 0 },
    ],
    charges: [{ model: "p/m", ...charge, costMicros, savedMicros: 0 }],
  });
  return runId;
}

/** A run whose call at a provider's batch endpoint may cost so much. */
async function queueCall(organisation: string, mostMicros: number): Promise<string> {
  const runId = await createRun(opened.store, { organisation });
  const request = { instructions: "", messages: [], tools: [], settings: {}, step: 1, runId };
  const call = { runId, step: 1, organisation, model: "p/m", mostMicros };
  const giveUpAt = new Date(Date.now() + 60_000).toISOString();
  await opened.store.providerBatches.queueCall({
    ...call,
    request: { ...request, model: "p/m" },
    giveUpAt,
  });
  return runId;
}

async function endCall(runId: string, costMicros: number): Promise<void> {
  const { store } = opened;
  const id = newId("pbt");
  await store.pool.query(
    `WITH made AS (
       INSERT INTO provider_batch (id, model, status, calls, give_up_at)
       VALUES ($1, 'p/m', 'running', 1, now()) RETURNING id
     )
     UPDATE provider_call SET batch_id = made.id FROM made WHERE run_id = $2`,
    [id, runId],
  );
  const rest = { failed: false, estimated: false, usage: noUsage, savedMicros: 0 };
  const charge: Charge = { model: "p/m", priced: "provider_batch", costMicros, ...rest };
  const outcome: ProviderCallOutcome = {
    kind: "completed",
    completed: {
      type: "completed",
      message: { role: "assistant", content: [] },
      usage: noUsage,
      finish: "stop",
    },
  };
  await store.providerBatches.endCalls(id, [{ runId, step: 1, outcome, charge }]);
}

async function park(runId: string, budgetId: string, needMicros?: number): Promise<void> {
  const why = { code: "limit_budget", message: "m", class: "transient", remedy: "r" } as const;
  await opened.store.journal.append({
    runId,
    epoch: 1,
    seq: 3,
    events: [
      { type: "run.waiting", for: { kind: "budget", budgetId, until: null, needMicros, why } },
    ],
  });
}

const ask = (budgetId: string, need: number, want = need, hold = 0): BudgetAsk => ({
  budgetId,
  holdMicros: hold,
  needMicros: need,
  wantMicros: want,
});

async function lease(worker: string, asked: BudgetAsk) {
  const [answer] = await opened.store.budgets.lease(worker, [asked]);
  return answer;
}

const isDue = async (runId: string) => {
  const { rows } = await opened.store.pool.query(
    "SELECT queued_at IS NULL AND waiting_budget IS NULL AS due FROM run WHERE id = $1",
    [runId],
  );
  return (rows[0] as { due: boolean }).due;
};

describe("a budget", () => {
  test("is set once for each level, name, organisation and period, and says what is spent", async () => {
    const { store } = opened;
    const first = await setBudget("one");
    expect(first).toMatchObject({ spentMicros: 0, state: "ok", periodEnd: expect.any(String) });
    await spend("one", 79);
    await spend("other", 500);
    expect(await store.budgets.get(first.id)).toMatchObject({ spentMicros: 79, state: "ok" });
    await spend("one", 1);
    await store.costs.rollUp();
    expect(await store.budgets.get(first.id)).toMatchObject({ spentMicros: 80, state: "alert" });
    await spend("one", 20);
    expect(await store.budgets.get(first.id)).toMatchObject({ spentMicros: 100, state: "spent" });
    const raised = await setBudget("one", { limitMicros: 1_000 });
    expect(raised).toMatchObject({ id: first.id, state: "ok", spentMicros: 100 });
    await setBudget("one", { period: "total" });
    const mine = (await store.budgets.list()).filter(({ name }) => name === "one");
    expect(mine.map(({ period, spentMicros }) => [period, spentMicros])).toEqual([
      ["day", 100],
      ["total", 100],
    ]);
    await store.budgets.remove(first.id);
    await expect(store.budgets.remove(first.id)).rejects.toThrow("no budget");
  });

  test("covers its user, agent or model, of one organisation or any", async () => {
    const { store } = opened;
    const user = await setBudget("cover", { level: "user", name: "ann" });
    const agent = await setBudget("cover", { level: "agent", name: "a", organisation: null });
    const model = await setBudget("cover", { level: "model", name: "p/m" });
    const before = (await store.budgets.get(agent.id)).spentMicros;
    await spend("cover", 5);
    await store.costs.rollUp();
    await spend("elsewhere", 6);
    expect((await store.budgets.get(user.id)).spentMicros).toBe(0);
    expect((await store.budgets.get(agent.id)).spentMicros).toBe(before + 11);
    expect((await store.budgets.get(model.id)).spentMicros).toBe(5);
  });
});

describe("leases", () => {
  test("come to no more than the limit with what is spent, whoever asks at once", async () => {
    const { id } = await setBudget("leases", { limitMicros: 1_000 });
    const workers = Array.from({ length: 20 }, (_, i) => `wrk_l${i}`);
    const leases = await Promise.all(workers.map((one) => lease(one, ask(id, 90, 400))));
    const sum = leases.reduce((all, one) => all + (one?.leaseMicros ?? 0), 0);
    expect(sum).toBeLessThanOrEqual(1_000);
    expect(sum).toBeGreaterThan(900);
  });

  test("let one call through beyond the limit, when nobody else has any", async () => {
    const { store } = opened;
    const { id } = await setBudget("last", { limitMicros: 100 });
    await spend("last", 99);
    expect(await lease("wrk_a", ask(id, 50))).toMatchObject({ leaseMicros: 50, news: "alert" });
    expect(await lease("wrk_b", ask(id, 50))).toMatchObject({ leaseMicros: 0, news: null });
    await spend("last", 50);
    expect(await lease("wrk_a", ask(id, 0))).toMatchObject({ spentMicros: 149, news: "spent" });
    expect(await lease("wrk_b", ask(id, 50))).toMatchObject({ leaseMicros: 0, news: null });
    await store.costs.rollUp();
    expect(await lease("wrk_b", ask(id, 50))).toMatchObject({ spentMicros: 149, news: null });
  });

  test("of a worker that is gone end by themselves, or at once when given back", async () => {
    const { store } = opened;
    const { id } = await setBudget("gone", { limitMicros: 100 });
    await lease("wrk_dead", ask(id, 90));
    await lease("wrk_left", ask(id, 10));
    expect(await lease("wrk_c", ask(id, 60))).toMatchObject({ leaseMicros: 0 });
    await store.pool.query("UPDATE budget_lease SET expires_at = now() WHERE worker = 'wrk_dead'");
    expect(await lease("wrk_c", ask(id, 60))).toMatchObject({ leaseMicros: 60 });
    await store.budgets.giveBack("wrk_left");
    expect(await lease("wrk_c", ask(id, 100))).toMatchObject({ leaseMicros: 100 });
    expect(await store.budgets.lease("wrk_c", [ask("bud_none", 1)])).toEqual([]);
  });

  test("count each charge once while it is rolled up, from the first to the last", async () => {
    const { store } = opened;
    const { id } = await setBudget("race", { limitMicros: 1_000_000 });
    let spending = true;
    const seen: number[] = [];
    const leasing = (async () => {
      while (spending) seen.push((await lease("wrk_r", ask(id, 0)))?.spentMicros ?? -1);
    })();
    const rolling = (async () => {
      while (spending) await store.costs.rollUp(5);
    })();
    await Promise.all(Array.from({ length: 100 }, () => spend("race", 3)));
    spending = false;
    await Promise.all([leasing, rolling]);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(await lease("wrk_r", ask(id, 0))).toMatchObject({ spentMicros: 300 });
  });

  test("of a new period begin at what was spent in it", async () => {
    const { store } = opened;
    const { id } = await setBudget("period", { limitMicros: 100 });
    await spend("period", 100);
    expect(await lease("wrk_p", ask(id, 5))).toMatchObject({ leaseMicros: 0, news: "spent" });
    await store.costs.rollUp();
    await store.pool.query(
      `WITH moved AS (UPDATE cost_day SET day = day - 1 WHERE org_id = 'period')
       UPDATE budget_account SET period_start = period_start - 1 WHERE budget_id = $1`,
      [id],
    );
    expect(await lease("wrk_p", ask(id, 5))).toMatchObject({ leaseMicros: 5, spentMicros: 0 });
  });
});

describe("calls at a provider's batch endpoint", () => {
  test("hold what they may cost at worst until they are answered, then cost what they cost", async () => {
    const { id } = await setBudget("held", { limitMicros: 100 });
    const runId = await queueCall("held", 60);
    await queueCall("elsewhere", 60);
    expect(await lease("wrk_h", ask(id, 41))).toMatchObject({ leaseMicros: 0, heldMicros: 60 });
    expect(await lease("wrk_h", ask(id, 40))).toMatchObject({ leaseMicros: 40, spentMicros: 0 });
    await endCall(runId, 25);
    const after = { heldMicros: 0, spentMicros: 25, leaseMicros: 75 };
    expect(await lease("wrk_h", ask(id, 75))).toMatchObject(after);
  });

  test("let nobody through beyond the limit, and are no end of the budget", async () => {
    const { id } = await setBudget("alone", { limitMicros: 100 });
    const runId = await queueCall("alone", 90);
    expect(await lease("wrk_h", ask(id, 20))).toMatchObject({ leaseMicros: 0, news: null });
    await endCall(runId, 90);
    expect(await lease("wrk_h", ask(id, 20))).toMatchObject({ leaseMicros: 20, news: "alert" });
  });

  test("hold up runs until there is room beside them, who came first before others", async () => {
    const { store } = opened;
    const { id } = await setBudget("beside", { limitMicros: 100 });
    const held = [await queueCall("beside", 50), await queueCall("beside", 30)] as const;
    const parked = [await spend("beside", 0), await spend("beside", 0), await spend("beside", 0)];
    for (const runId of parked) await park(runId, id, 30);
    await lease("wrk_w", ask(id, 0));
    const due = () => Promise.all(parked.map(isDue));
    await store.costs.rollUp();
    expect(await store.budgets.wake()).toBe(0);
    await endCall(held[1], 5);
    await store.costs.rollUp();
    expect(await store.budgets.wake()).toBe(1);
    expect(await due()).toEqual([true, false, false]);
    await endCall(held[0], 50);
    await store.costs.rollUp();
    // Nothing is held any more: they wait for each other as calls do.
    expect(await store.budgets.wake()).toBe(2);
  });
});

describe("what a spent budget stopped", () => {
  test("is due again once it is raised or removed, and not before", async () => {
    const { store } = opened;
    const { id } = await setBudget("wake", { limitMicros: 10 });
    const runId = await spend("wake", 10);
    await lease("wrk_w", ask(id, 0));
    await park(runId, id);
    await store.costs.rollUp();
    await store.budgets.wake();
    expect(await isDue(runId)).toBe(false);
    await setBudget("wake", { limitMicros: 11 });
    expect(await store.budgets.wake()).toBe(1);
    expect(await isDue(runId)).toBe(true);
    const other = await spend("wake", 1);
    await park(other, id);
    await store.costs.rollUp();
    expect(await store.budgets.wake()).toBe(0);
    await store.budgets.remove(id);
    expect(await store.budgets.wake()).toBe(1);
    expect(await isDue(other)).toBe(true);
  });

  test("a batch is paused by a budget that covers it, and goes on with it", async () => {
    const { store } = opened;
    const { id } = await setBudget("default", { limitMicros: 1, period: "total" });
    await spend("default", 1);
    await lease("wrk_w", ask(id, 0));
    await store.costs.rollUp();
    const batchId = await startedBatch(store, { rows: 2 });
    expect(await tick(store, batchId)).toEqual({ kind: "budget_spent" });
    await store.budgets.wake();
    expect((await store.batches.get(batchId)).status).toBe("paused");
    await store.budgets.remove(id);
    await store.budgets.wake();
    expect(await store.batches.get(batchId)).toMatchObject({ status: "running", pausedBy: null });
    expect(await tick(store, batchId)).toEqual({ kind: "released", rows: 2 });
  });

  test("a batch's runs wait for its own budget, until it is raised and resumed", async () => {
    const { store } = opened;
    const batchId = await startedBatch(store, { rows: 1, budgetMicros: 5 });
    const runId = await spend("own", 5, batchId);
    await lease("wrk_w", ask(batchId, 0));
    await park(runId, batchId);
    await store.costs.rollUp();
    expect(await tick(store, batchId)).toEqual({ kind: "budget_spent" });
    await store.batches.change(batchId, { budgetMicros: 6 });
    expect(await store.budgets.wake()).toBe(0);
    await store.batches.resume(batchId);
    expect(await store.budgets.wake()).toBe(1);
    expect(await isDue(runId)).toBe(true);
  });
});
