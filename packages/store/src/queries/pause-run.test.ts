import { fold, noUsage, type EventData } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { bringTo, createRun, runIn } from "../../test/sample-run.ts";

let test: TestStore;
beforeAll(async () => void (test = await openTestStore()));
afterAll(() => test.drop());

const journal = (runId: string) => test.store.journal.read(runId, 0, 1_000);
const folded = async (runId: string) => fold(await journal(runId));
const paused = { type: "run.waiting", for: { kind: "paused", by: "ann" } } as const;

async function due(runId: string): Promise<number[]> {
  const segments: number[] = [];
  await test.store.runs.queueSingles(1_000, async (all) => {
    for (const one of all) if (one.runId === runId) segments.push(one.segment);
  });
  return segments;
}

/** As a worker does that holds the run. */
async function append(runId: string, epoch: number, ...events: EventData[]) {
  const seq = ((await journal(runId)).at(-1)?.seq ?? 0) + 1;
  return test.store.journal.append({ runId, epoch, seq, events });
}

function writtenTurn(text: string): Extract<EventData, { type: "step.written" }> {
  const message = { role: "assistant" as const, content: [{ type: "text" as const, text }] };
  return { type: "step.written", step: 2, message, by: "ann" };
}

/** A run that ann has paused. */
async function pausedRun(): Promise<string> {
  const runId = await createRun(test.store);
  const epoch = await bringTo(test.store, runId, "running");
  await due(runId);
  await test.store.runs.pause(runId, "ann", "let me see");
  await append(runId, epoch, { ...paused, for: { ...paused.for, reason: "let me see" } });
  return runId;
}

describe("pause", () => {
  it("tells the worker of a running run, by its appends, its claim and a signal", async () => {
    const runId = await createRun(test.store);
    const epoch = await bringTo(test.store, runId, "running");
    const told: string[] = [];
    const end = test.store.signals.onSteer((id, wanted) => told.push(`${wanted} ${id}`));
    await test.store.runs.pause(runId, "ann", "let me see");
    expect(await test.store.runs.steerRequests([runId])).toEqual([
      { runId, cancel: null, pause: { by: "ann", reason: "let me see" } },
    ]);
    expect(
      await append(runId, epoch, { type: "step.started", step: 2, attempt: 1, model: "p/m" }),
    ).toMatchObject({ pauseRequested: true, cancelRequested: false });
    expect(await test.store.runs.claim({ runId, segment: 1, worker: "w" })).toMatchObject({
      pauseRequested: true,
    });
    await expect.poll(() => told).toEqual([`pause ${runId}`]);
    end();
  });

  it("leaves a paused run in no queue, and says so in its journal", async () => {
    const runId = await pausedRun();
    expect(await due(runId)).toEqual([]);
    expect(await folded(runId)).toMatchObject({
      status: "waiting",
      waitingFor: { kind: "paused", by: "ann", reason: "let me see" },
    });
    const before = await journal(runId);
    await test.store.runs.pause(runId, "bob");
    expect(await journal(runId)).toEqual(before);
    expect(await due(runId)).toEqual([]);
  });

  it("makes a run due that waits for something, so that it pauses at once", async () => {
    const runId = await createRun(test.store);
    const epoch = await bringTo(test.store, runId, "running");
    await due(runId);
    const why = { code: "internal", message: "m", class: "transient", remedy: "r" } as const;
    const until = "2100-01-01T00:00:00.000Z";
    await append(runId, epoch, { type: "run.waiting", for: { kind: "timer", until, why } });
    expect(await due(runId)).toEqual([]);
    await test.store.runs.pause(runId, "ann");
    const [segment = 0] = await due(runId);
    expect(segment).toBeGreaterThan(1);
    expect(await test.store.runs.claim({ runId, segment, worker: "w" })).toMatchObject({
      pauseRequested: true,
    });
  });

  it("is heeded by a run that begins to wait for something else meanwhile", async () => {
    const runId = await createRun(test.store);
    const epoch = await bringTo(test.store, runId, "running");
    await due(runId);
    await test.store.runs.pause(runId, "ann");
    const why = { code: "internal", message: "m", class: "transient", remedy: "r" } as const;
    const until = "2100-01-01T00:00:00.000Z";
    await append(runId, epoch, { type: "run.waiting", for: { kind: "timer", until, why } });
    expect(await due(runId)).toHaveLength(1);
  });

  it("is refused for runs that have ended or do not exist", async () => {
    for (const status of ["completed", "failed", "cancelled"] as const) {
      const runId = await runIn(test.store, status);
      await expect(test.store.runs.pause(runId, "ann")).rejects.toMatchObject({ code: "conflict" });
    }
    await expect(test.store.runs.pause("run_none", "ann")).rejects.toMatchObject({
      code: "not_found",
    });
  });
});

describe("resume", () => {
  it("makes the next segment due, once", async () => {
    const runId = await pausedRun();
    await test.store.runs.resume(runId, "bob");
    expect(await due(runId)).toHaveLength(1);
    expect((await journal(runId)).at(-1)).toMatchObject({ type: "run.resumed", by: "bob" });
    await expect(test.store.runs.resume(runId, "bob")).rejects.toMatchObject({ code: "conflict" });
    expect(await due(runId)).toEqual([]);
  });

  it("of a run that has not paused yet withdraws the wish, also when it pauses at that moment", async () => {
    const runId = await createRun(test.store);
    const epoch = await bringTo(test.store, runId, "running");
    await due(runId);
    await test.store.runs.pause(runId, "ann");
    await test.store.runs.resume(runId, "ann");
    expect(await test.store.runs.steerRequests([runId])).toEqual([]);
    // Its worker had asked before, and pauses it.
    await append(runId, epoch, paused);
    expect(await due(runId)).toHaveLength(1);
  });
});

describe("a paused run", () => {
  it("takes a turn of the person who sees it as it is", async () => {
    const runId = await pausedRun();
    const { seq } = await folded(runId);
    const both = [1, 2].map((n) => test.store.runs.act(runId, seq, writtenTurn(`turn ${n}`)));
    const outcomes = await Promise.allSettled(both);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const run = await folded(runId);
    expect(run.stepCount).toBe(2);
    expect((await test.store.runs.get(runId)).stepCount).toBe(2);
  });

  it("takes none once it was resumed or cancelled", async () => {
    const resumed = await pausedRun();
    const { seq } = await folded(resumed);
    await test.store.runs.resume(resumed, "ann");
    const { seq: after } = await folded(resumed);
    await expect(test.store.runs.act(resumed, after, writtenTurn("late"))).rejects.toMatchObject({
      code: "conflict",
    });
    const cancelled = await pausedRun();
    await test.store.runs.cancel(cancelled, "ann");
    for (const runId of [resumed, cancelled]) {
      await expect(test.store.runs.act(runId, seq, writtenTurn("late"))).rejects.toMatchObject({
        code: "conflict",
      });
    }
  });

  it("is cancelled at once, and goes on unpaused when it is retried", async () => {
    const runId = await pausedRun();
    await test.store.runs.cancel(runId, "ann");
    expect((await test.store.runs.get(runId)).status).toBe("cancelled");
    await test.store.runs.retry(runId, "ann");
    const [segment = 0] = await due(runId);
    expect(await test.store.runs.claim({ runId, segment, worker: "w" })).toMatchObject({
      pauseRequested: false,
    });
  });

  it("of many who resume, cancel and act at once keeps a journal that folds", async () => {
    for (let round = 0; round < 20; round++) {
      const runId = await pausedRun();
      const { seq } = await folded(runId);
      await Promise.allSettled([
        test.store.runs.act(runId, seq, writtenTurn("mine")),
        test.store.runs.resume(runId, "ann"),
        test.store.runs.cancel(runId, "bob"),
        test.store.runs.say(runId, { text: "hello", by: "cid" }),
        test.store.runs.claim({ runId, segment: 2, worker: "w" }),
      ]);
      const run = await folded(runId);
      const { status, stepCount } = await test.store.runs.get(runId);
      expect(["waiting", "running", "cancelled"]).toContain(status);
      // A claim is told in the journal by the worker's own first append.
      if (status !== "running") expect(run.status).toBe(status);
      expect(stepCount).toBe(run.stepCount);
    }
  });
});

it("steps that people take cost nothing and are counted", async () => {
  const runId = await pausedRun();
  const before = await test.store.runs.get(runId);
  const { seq, costMicros } = await folded(runId);
  await test.store.runs.act(runId, seq, writtenTurn("mine"));
  const after = await test.store.runs.get(runId);
  expect(after.costMicros).toBe(before.costMicros);
  expect(await folded(runId)).toMatchObject({
    costMicros,
    usage: { ...noUsage, inputTokens: 7, outputTokens: 5 },
  });
});
