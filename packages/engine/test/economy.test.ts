import {
  agentSpecSchema,
  fold,
  newId,
  noRedaction,
  type NewBudget,
  type Run,
} from "@flotilla/core";
import {
  openModels,
  startSimulator,
  type Simulator,
  type SimulatorOptions,
} from "@flotilla/models";
import { afterEach, expect, test } from "vitest";
import { feedProviderBatches } from "../src/feed-provider-batches.ts";
import { systemClock } from "../src/index.ts";
import { openTestEngine, type TestEngine } from "./platform.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

type Format = "openai-chat" | "openai-responses" | "anthropic";

async function openEconomy(
  format: Format,
  options: SimulatorOptions = {},
): Promise<{ engine: TestEngine; simulator: Simulator }> {
  const simulator = await startSimulator(options);
  open.push(simulator);
  const providers = { eco: { kind: "simulated", format, baseURL: simulator.url } } as const;
  const engine = await openTestEngine([], undefined, { providers });
  open.push(engine);
  return { engine, simulator };
}

/** A batch whose rows are scripts; they may wait so long. Returns its runs once all have ended. */
async function runBatch(
  { store, engine }: TestEngine,
  turns: object[],
  waitMs: number,
  change: object = {},
) {
  const id = newId("bat");
  const wanted = { name: "eco", model: "eco/script", retry: { baseMs: 5 }, ...change };
  const spec = agentSpecSchema.parse(wanted);
  const agent = await store.agents.apply(spec, newId("agt"));
  await store.batches.create({
    id,
    name: "b",
    agentId: agent.id,
    agentVersion: agent.version,
    template: "{{script}}",
    concurrency: 5,
    priority: 5,
    budgetMicros: null,
    economyUntil: new Date(Date.now() + waitMs).toISOString(),
  });
  const rows = turns.map((turn) => ({ script: JSON.stringify({ turns: [turn] }) }));
  await store.batches.addRows(
    id,
    rows.map((data) => ({ line: null, error: null, data })),
  );
  await store.batches.start(id);
  expect(engine.activeRuns()).toBe(0);
  await expect
    .poll(async () => (await store.batches.get(id)).status, { timeout: 50_000, interval: 50 })
    .toBe("completed");
  const list = await store.runs.list({ batchId: id, limit: 100 });
  const runs = await Promise.all(
    list.map(async ({ runId }) => fold(await store.journal.read(runId, 0, 1_000))),
  );
  return runs.toSorted((a, b) => (a.row ?? 0) - (b.row ?? 0));
}

function modelStep(run: Run) {
  const step = run.steps.find((one) => one.kind === "model");
  if (!step) throw new Error("The run has no model step.");
  return step;
}

const texts = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ text: `Answer number ${n}.` }));

test.each(["openai-chat", "openai-responses", "anthropic"] as const)(
  "rows of one call go through the batch endpoint, at its price: %s",
  async (format) => {
    const { engine, simulator } = await openEconomy(format, { batchMs: 300 });
    const runs = await runBatch(engine, texts(30), 3_600_000);
    expect(runs.map((run) => run.status === "completed" && run.output)).toEqual(
      texts(30).map(({ text }) => text),
    );
    const steps = runs.map(modelStep);
    expect(new Set(steps.map(({ priced }) => priced))).toEqual(new Set(["provider_batch"]));
    expect(new Set(steps.map(({ attempts }) => attempts.length))).toEqual(new Set([1]));
    const bill = simulator.bill();
    expect(bill.by).toEqual({ batch: expect.objectContaining({ requests: 30 }) });
    expect(runs.reduce((sum, run) => sum + run.costMicros, 0)).toBe(bill.micros);
  },
);

test("what the provider bills is charged once, also of runs that were cancelled meanwhile", async () => {
  const { engine, simulator } = await openEconomy("openai-chat", { batchMs: 3_000 });
  const { store } = engine;
  const ended = runBatch(engine, texts(6), 3_600_000);
  await expect
    .poll(() => store.providerBatches.knownIds(), { timeout: 20_000, interval: 50 })
    .toHaveLength(1);
  const waiting = await store.runs.list({ status: "waiting", limit: 10 });
  await store.runs.cancel(waiting[0]?.runId ?? "", "person");
  const runs = await ended;
  expect(runs.filter((run) => run.status === "completed")).toHaveLength(5);
  const { totals } = await store.costs.read("agent", {});
  const bill = simulator.bill();
  expect([totals.calls, totals.costMicros]).toEqual([6, bill.micros]);
});

test("a row whose answer is in the cache is not handed over, and answers of a batch are kept", async () => {
  const { engine, simulator } = await openEconomy("openai-chat", { batchMs: 100 });
  const asked = await runBatch(engine, texts(2), 3_600_000, { cache: true });
  expect(asked.map((run) => modelStep(run).priced)).toEqual(Array(2).fill("provider_batch"));
  const again = await runBatch(engine, texts(3), 3_600_000, { cache: true });
  const steps = again.map(modelStep);
  expect(steps.map(({ priced }) => priced)).toEqual(["cache", "cache", "provider_batch"]);
  expect(steps.map(({ costMicros }) => costMicros).slice(0, 2)).toEqual([0, 0]);
  expect(simulator.bill().requests).toBe(3);
});

test("a row whose budget is spent is not handed over; it waits, and goes on when there is room", async () => {
  const { engine, simulator } = await openEconomy("openai-chat", { batchMs: 100 });
  const { store } = engine;
  const budget: NewBudget = {
    ...{ id: newId("bud"), level: "agent", name: "eco", organisation: null, period: "total" },
    ...{ limitMicros: 1, alertPercent: 80, strict: false },
  };
  await runBatch(engine, texts(1), 3_600_000);
  await expect
    .poll(async () => (await store.costs.read("agent", { agent: "eco" })).totals.costMicros)
    .toBeGreaterThan(1);
  await store.budgets.set(budget);
  const agent = await store.agents.get("eco");
  const runId = newId("run");
  const start = () =>
    store.runs.create({
      runId,
      agentId: agent.id,
      agentName: agent.name,
      agentVersion: agent.version,
      input: { text: JSON.stringify({ turns: [{ text: "Paid." }] }) },
      economyUntil: new Date(Date.now() + 3_600_000).toISOString(),
      interactive: false,
    });
  // The worker has heard of the budget once it reads it again.
  await engine.restart(0);
  await start();
  const waiting = await engine.until(runId, "waiting");
  expect(waiting.status === "waiting" && waiting.waitingFor).toMatchObject({ kind: "budget" });
  expect(await store.providerBatches.callOutcome(runId, 1)).toBeUndefined();
  expect(simulator.bill().requests).toBe(1);
  await store.budgets.set({ ...budget, limitMicros: 1_000_000 });
  expect(modelStep(await engine.until(runId, "completed")).priced).toBe("provider_batch");
});

test("rows that may cost more than a budget has are handed over as far as it reaches", async () => {
  const { engine, simulator } = await openEconomy("openai-chat", { batchMs: 200 });
  const { store } = engine;
  // At the batch price 21 micro-USD a call; what is reserved for one is a little more.
  const usage = { inputTokens: 20, outputTokens: 100 };
  const mostMicros = 30;
  const limitMicros = 136;
  const budget: NewBudget = {
    ...{ id: newId("bud"), level: "agent", name: "eco", organisation: null, period: "total" },
    ...{ limitMicros, alertPercent: 80, strict: false },
  };
  await store.budgets.set(budget);
  await engine.restart(0);
  const turns = Array.from({ length: 20 }, () => ({ text: "Paid.", usage }));
  const ended = runBatch(engine, turns, 3_600_000, { settings: { maxOutputTokens: 100 } });
  const held = async (): Promise<number> => {
    const { rows } = await store.pool.query<{ micros: number }>(
      "SELECT coalesce(sum(micros), 0)::bigint AS micros FROM held_micros",
    );
    return rows[0]?.micros ?? 0;
  };
  const most = { held: 0 };
  await expect
    .poll(
      async () => {
        const now = await held();
        most.held = Math.max(most.held, now);
        const { state } = await store.budgets.get(budget.id);
        return [state, now];
      },
      { timeout: 40_000, interval: 20 },
    )
    .toEqual(["spent", 0]);
  const { spentMicros } = await store.budgets.get(budget.id);
  expect(spentMicros).toBe(simulator.bill().micros);
  expect(spentMicros).toBeGreaterThanOrEqual(limitMicros);
  expect(spentMicros).toBeLessThan(limitMicros + mostMicros);
  expect(most.held).toBeGreaterThan(mostMicros);
  expect(most.held).toBeLessThanOrEqual(limitMicros);
  // Not all of the 14 that are left become runs that do nothing but wait for the budget: five at a time do, and
  // five more where those that were woken stand in the queue.
  const { rows: parked } = await store.pool.query(
    "SELECT FROM run WHERE waiting_budget IS NOT NULL",
  );
  expect(parked.length).toBeLessThan(14);
  await store.budgets.set({ ...budget, limitMicros: 1_000_000 });
  const runs = await ended;
  expect(runs.map((run) => run.status)).toEqual(Array(20).fill("completed"));
  expect(new Set(runs.map((run) => modelStep(run).priced))).toEqual(new Set(["provider_batch"]));
  expect(simulator.bill().requests).toBe(20);
}, 100_000);

test("a row that the batch did not answer is asked the usual way", async () => {
  const { engine } = await openEconomy("openai-chat", { batchMs: 100 });
  const fault = { kind: "http", status: 500, times: 1 };
  const turns = [...texts(3), { text: "At the second try.", fault }];
  const runs = await runBatch(engine, turns, 3_600_000);
  expect(runs.map((run) => run.status)).toEqual(Array(4).fill("completed"));
  const last = modelStep(runs[3] as Run);
  expect(last.priced).toBe("call");
  expect(last.attempts.at(0)?.error).toMatchObject({ code: "model_unavailable" });
  expect(last.attempts.at(-1)?.error).toBeNull();
});

test("rows that can wait no longer are asked the usual way", async () => {
  const { engine } = await openEconomy("anthropic", { batchMs: 3_600_000 });
  const runs = await runBatch(engine, texts(4), 6_000);
  expect(runs.map((run) => run.status)).toEqual(Array(4).fill("completed"));
  expect(new Set(runs.map((run) => modelStep(run).priced))).toEqual(new Set(["call"]));
});

test("rows of a batch that does not end when it is cancelled are asked the usual way", async () => {
  const { engine } = await openEconomy("openai-chat", { batchMs: 3_600_000 });
  const runs = runBatch(engine, texts(1), 3_600_000);
  const { pool } = engine.store;
  const handedOver = async () =>
    (await pool.query("SELECT FROM provider_batch WHERE status = 'running'")).rowCount;
  await expect.poll(handedOver, { timeout: 20_000 }).toBe(1);
  // Late for so long that cancelling it is over with.
  await pool.query(
    "UPDATE provider_batch SET give_up_at = now() - interval '2 minutes', look_at = now()",
  );
  expect(modelStep((await runs)[0] as Run).priced).toBe("call");
});

test.each(["openai-chat", "anthropic"] as const)(
  "a batch that was submitted by a worker that died then is found again: %s",
  async (format) => {
    const { engine, simulator } = await openEconomy(format, { batchMs: 200 });
    const models = openModels({
      providers: { eco: { kind: "simulated", format, baseURL: simulator.url } },
    });
    open.push(models);
    await engine.engine.close(0);
    const { store } = engine;
    const runId = newId("run");
    const model = "eco/script";
    const agent = await store.agents.apply(
      agentSpecSchema.parse({ name: "eco", model }),
      newId("agt"),
    );
    const script = JSON.stringify({ turns: [{ text: "Found." }] });
    await store.runs.create({
      runId,
      agentId: agent.id,
      agentName: agent.name,
      agentVersion: agent.version,
      input: { text: script },
      economyUntil: new Date(Date.now() + 3_600_000).toISOString(),
      interactive: false,
    });
    await engine.restart(0);
    await engine.until(runId, "waiting");
    await engine.engine.close(0);
    let deaths = 0;
    const feed = {
      store: {
        providerBatches: {
          ...store.providerBatches,
          take: () => store.providerBatches.take(50),
          lookAgain: (id: string) => store.providerBatches.lookAgain(id, 50),
          async submitted(id: string, providerId: string) {
            if (++deaths === 1) throw new Error("the worker died");
            await store.providerBatches.submitted(id, providerId);
          },
        },
      },
      providerBatches: models.batches,
      redact: noRedaction,
      clock: systemClock,
      log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    };
    await expect
      .poll(
        async () => {
          await feedProviderBatches(feed).catch(() => undefined);
          return store.providerBatches.callOutcome(runId, 1);
        },
        { timeout: 20_000, interval: 100 },
      )
      .toMatchObject({ kind: "completed" });
    await engine.restart(0);
    await engine.until(runId, "completed");
    expect(deaths).toBe(2);
    expect(simulator.bill().requests).toBe(1);
  },
);
