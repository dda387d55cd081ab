import { newId, noUsage, type EventData } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestEngine, type TestEngine } from "./platform.ts";

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine([]);
});
afterAll(() => test.close());

/** What the books say of an agent. */
async function booked(agentName: string) {
  return (await test.store.costs.read("agent", { agent: agentName })).totals;
}

/** Waits until the answer of a run has begun to come. */
async function untilItSpeaks(runId: string): Promise<void> {
  await expect
    .poll(async () => (await test.events(runId)).map(({ type }) => type), { timeout: 10_000 })
    .toContain("step.delta");
}

const long = [{ text: "word ".repeat(400) }];

describe("what a run costs", () => {
  it("is in its events with the prices, and the books say the same", async () => {
    const turns = [{ text: "end", usage: { inputTokens: 1_001, outputTokens: 7 } }];
    const runId = await test.play(turns);
    const run = await test.until(runId, "completed");
    const events = await test.events(runId);
    expect(events.find(({ type }) => type === "step.completed")).toMatchObject({
      costMicros: 103,
      prices: { input: 100_000, output: 400_000 },
    });
    expect(run).toMatchObject({ costMicros: 103, costIncomplete: false });
    expect(await booked(run.agentName)).toMatchObject({ calls: 1, costMicros: 103 });
  });

  it("has an answer that a person cut off, estimated and marked so", async () => {
    const runId = await test.play(long, { model: "typing/script" });
    await untilItSpeaks(runId);
    await test.store.runs.cancel(runId, "person");
    const run = await test.until(runId, "cancelled");
    const [step] = run.steps;
    expect(step).toMatchObject({
      attempts: [{ usageEstimated: true, error: { code: "cancelled" } }],
    });
    expect(run.usage.outputTokens).toBeGreaterThan(0);
    expect(run.costMicros).toBeGreaterThan(0);
    expect(await booked(run.agentName)).toMatchObject({
      calls: 1,
      failedCalls: 1,
      estimatedCalls: 1,
      costMicros: run.costMicros,
      estimatedMicros: run.costMicros,
    });
  });

  it("has what a worker left behind when it handed the run over; that is no failure", async () => {
    const runId = await test.play([{ text: "word ".repeat(30) }], {
      model: "typing/script",
      retry: { maxAttempts: 1 },
    });
    await untilItSpeaks(runId);
    await test.restart(0);
    const run = await test.until(runId, "completed");
    const totals = await booked(run.agentName);
    expect(totals).toMatchObject({ calls: 2, failedCalls: 1, estimatedCalls: 1 });
    expect(totals.costMicros).toBe(run.costMicros);
    const [step] = run.steps;
    const answered = step?.kind === "model" ? step.costMicros : null;
    expect(run.costMicros).toBeGreaterThan(answered ?? Infinity);
  });

  it("has the call of a worker that died, at what it was asked and had said", async () => {
    const { store } = test;
    const agentName = `heir-${newId("agt").slice(-8)}`;
    const runId = await test.play([{ text: "end" }], { name: agentName, model: "slow/script" });
    await expect
      .poll(async () => (await test.events(runId)).at(-1)?.type, { timeout: 10_000 })
      .toBe("step.started");
    const held = await test.until(runId, "running");
    await store.pool.query("UPDATE run SET epoch = epoch + 1 WHERE id = $1", [runId]);
    const died: EventData[] = [
      { type: "step.delta", step: 1, attempt: 1, text: "said before it died" },
    ];
    const seq = held.seq + 10;
    await store.journal.append({ runId, epoch: held.epoch + 1, seq, events: died });
    await store.pool.query(
      "UPDATE run SET segment = segment + 1, queued_at = NULL, epoch = epoch + 1 WHERE id = $1",
      [runId],
    );
    await expect
      .poll(async () => (await test.events(runId)).at(-1)?.type, { timeout: 15_000 })
      .toBe("step.restarted");
    await store.runs.cancel(runId, "person");
    const run = await test.until(runId, "cancelled");
    const [step] = run.steps;
    const lost = step?.kind === "model" ? step.attempts[0] : undefined;
    expect(lost).toMatchObject({ error: null, usageEstimated: true });
    expect(lost?.usage).toMatchObject({
      ...noUsage,
      inputTokens: expect.any(Number),
      outputTokens: 5,
    });
    expect((await booked(agentName)).costMicros).toBe(run.costMicros);
  });

  it("is a lower bound where a price is unknown, and says so everywhere", async () => {
    const runId = await test.play([{ text: "end" }], { model: "nameless/script" });
    const run = await test.until(runId, "completed");
    expect(run).toMatchObject({ costMicros: 0, costIncomplete: true });
    expect(await test.store.runs.get(runId)).toMatchObject({ costIncomplete: true });
    expect(await booked(run.agentName)).toMatchObject({ unpricedCalls: 1, costIncomplete: true });
  });
});
