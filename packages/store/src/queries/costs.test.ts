import { noUsage, type Charge } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { createRun } from "../../test/sample-run.ts";

let opened: TestStore;
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(() => opened.drop());

const charge: Charge = {
  model: "p/m",
  priced: "call",
  failed: false,
  estimated: false,
  usage: {
    inputTokens: 100,
    cachedInputTokens: 40,
    cacheWriteTokens: 10,
    outputTokens: 20,
    reasoningTokens: 5,
  },
  costMicros: 7,
  savedMicros: 2,
};

/** A run whose journal has these charges, each with an event of its own. */
async function chargedRun(
  charges: Charge[],
  given: { organisation?: string; user?: string; agentName?: string } = {},
): Promise<{ runId: string; epoch: number }> {
  const { store } = opened;
  const runId = await createRun(store, given);
  const claimed = await store.runs.claim({ runId, segment: 1, worker: "wrk_1" });
  const epoch = claimed?.epoch ?? 0;
  const error = { code: "model_timeout", message: "m", class: "transient", remedy: "r" } as const;
  for (const [i, one] of charges.entries()) {
    const { usage, costMicros } = one;
    await store.journal.append({
      runId,
      epoch,
      seq: 2 + i,
      events: [
        { type: "step.failed", step: 1, attempt: 1, error, usage, costMicros, retryInMs: 0 },
      ],
      charges: [one],
    });
  }
  return { runId, epoch };
}

describe("costs", () => {
  const org = { organisation: "acme" };

  test("are complete at once, and the same after they were added up", async () => {
    const { store } = opened;
    await chargedRun([charge, { ...charge, failed: true, estimated: true }], org);
    await chargedRun([{ ...charge, costMicros: null }], { ...org, user: "ann", agentName: "b" });
    await chargedRun([{ ...charge, priced: "cache", costMicros: 0, savedMicros: 7 }], org);
    await chargedRun([charge], { organisation: "other" });
    const read = () => store.costs.read("agent", org);
    const live = await read();
    expect(live.totals).toEqual({
      calls: 3,
      failedCalls: 1,
      estimatedCalls: 1,
      unpricedCalls: 1,
      providerBatchCalls: 0,
      imageCalls: 0,
      cachedAnswers: 1,
      sharedAnswers: 0,
      inputTokens: 300,
      cachedInputTokens: 120,
      cacheWriteTokens: 30,
      outputTokens: 60,
      reasoningTokens: 15,
      costMicros: 14,
      estimatedMicros: 7,
      savedMicros: 13,
      costIncomplete: true,
    });
    expect(
      live.items.map(({ key, costMicros, costIncomplete }) => [key, costMicros, costIncomplete]),
    ).toEqual([
      ["a", 14, false],
      ["b", 0, true],
    ]);
    await store.costs.rollUp();
    expect(await read()).toEqual(live);
    await chargedRun([charge], org);
    expect((await read()).totals).toMatchObject({ calls: 4, costMicros: 21 });
    await store.costs.rollUp();
    expect((await read()).totals).toMatchObject({ calls: 4, costMicros: 21 });
  });

  test("can be told apart by everything they are kept by", async () => {
    const { store } = opened;
    await chargedRun([charge], { organisation: "dims", user: "ann" });
    await store.costs.rollUp();
    await chargedRun([{ ...charge, model: "p/n" }], { organisation: "dims" });
    const keys = async (by: Parameters<typeof store.costs.read>[0]) =>
      (await store.costs.read(by, { organisation: "dims" })).items.map((item) => item.key);
    expect(await keys("model")).toEqual(["p/m", "p/n"]);
    expect(new Set(await keys("user"))).toEqual(new Set(["ann", null]));
    expect(await keys("organisation")).toEqual(["dims"]);
    expect(await keys("batch")).toEqual([null]);
    const today = new Date().toISOString().slice(0, 10);
    expect(await keys("day")).toEqual([today]);
    const none = await store.costs.read("day", { organisation: "dims", to: "2000-01-01" });
    expect(none).toMatchObject({ items: [], totals: { calls: 0, costIncomplete: false } });
    const one = await store.costs.read("day", { organisation: "dims", user: "ann", from: today });
    expect(one.totals.calls).toBe(1);
  });

  test("of today are a pulse, the same before and after they were added up", async () => {
    const { store } = opened;
    const before = await store.fleet.pulse();
    await chargedRun([charge, { ...charge, priced: "cache", costMicros: 0 }]);
    const grown = { ...before, tokens: before.tokens + 120, costMicros: before.costMicros + 7 };
    expect(await store.fleet.pulse()).toEqual(grown);
    await store.costs.rollUp();
    expect(await store.fleet.pulse()).toEqual(grown);
  });

  test("count each charge once while workers add up side by side", async () => {
    const { store } = opened;
    const many = Array.from({ length: 40 }, () => ({ ...charge, costMicros: 1 }));
    let adding = true;
    const rollers = Array.from({ length: 3 }, async () => {
      while (adding) await store.costs.rollUp(7);
    });
    const seen: number[] = [];
    const reader = (async () => {
      while (adding) {
        const { totals } = await store.costs.read("day", { organisation: "race" });
        seen.push(totals.costMicros);
      }
    })();
    await Promise.all(Array.from({ length: 10 }, () => chargedRun(many, { organisation: "race" })));
    adding = false;
    await Promise.all([...rollers, reader]);
    const { totals } = await store.costs.read("day", { organisation: "race" });
    expect(totals).toMatchObject({ calls: 400, costMicros: 400, inputTokens: 40_000 });
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  test("are none of an append that was refused, and outlive their run", async () => {
    const { store } = opened;
    const { runId, epoch } = await chargedRun([charge], { organisation: "gone" });
    const late = { runId, epoch: epoch - 1, seq: 9, charges: [charge] };
    const events = [
      {
        type: "run.failed",
        error: { code: "internal", message: "m", class: "permanent", remedy: "r" },
      },
    ] as const;
    await expect(store.journal.append({ ...late, events: [...events] })).rejects.toThrow(
      "taken over",
    );
    await store.journal.append({ runId, epoch, seq: 9, events: [...events] });
    await store.pool.query("UPDATE run SET ended_at = now() - interval '9 days' WHERE id = $1", [
      runId,
    ]);
    expect(await store.runs.deleteOld(1)).toContain(runId);
    const { totals } = await store.costs.read("agent", { organisation: "gone" });
    expect(totals).toMatchObject({ calls: 1, costMicros: 7 });
  });

  test("a run and its list say when they are a lower bound", async () => {
    const { store } = opened;
    const { runId } = await chargedRun([{ ...charge, costMicros: null, usage: noUsage }]);
    expect(await store.runs.get(runId)).toMatchObject({ costMicros: 0, costIncomplete: true });
    const { runId: known } = await chargedRun([charge]);
    expect(await store.runs.get(known)).toMatchObject({ costMicros: 7, costIncomplete: false });
  });
});
