import { fold, newId, type EventData } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { bringTo, createRun, runIn } from "../../test/sample-run.ts";

let test: TestStore;
beforeAll(async () => void (test = await openTestStore()));
afterAll(() => test.drop());

const journal = (runId: string) => test.store.journal.read(runId, 0, 1_000);
const types = async (runId: string) => (await journal(runId)).map(({ type }) => type);
const say = (runId: string, text: string) => test.store.runs.say(runId, { text, by: "ann" });
const completed: EventData = { type: "run.completed", output: "42" };

const rate = (runId: string, rating: number) =>
  test.store.feedback.give(runId, {
    feedbackId: newId("fbk"),
    target: { kind: "run" },
    rating,
    by: "ann",
  });

async function append(runId: string, epoch: number, events: EventData[], outside: number[] = []) {
  const seq = ((await journal(runId)).at(-1)?.seq ?? 0) + 1;
  return test.store.journal.append({ runId, epoch, seq, events, outside });
}

describe("an event from outside", () => {
  it("is in the journal at once where no worker writes it", async () => {
    for (const status of ["pending", "waiting"] as const) {
      const runId = await runIn(test.store, status);
      await say(runId, "hello");
      expect((await journal(runId)).at(-1)).toMatchObject({ type: "message.added", text: "hello" });
      expect(await test.store.runs.outsideEvents(runId)).toEqual([]);
    }
  });

  it("waits for the worker of a running run, which is told and takes it in", async () => {
    const runId = await createRun(test.store);
    const epoch = await bringTo(test.store, runId, "running");
    const before = await journal(runId);
    const told: string[] = [];
    const end = test.store.signals.onSteer((id, wanted) => told.push(`${wanted} ${id}`));
    await say(runId, "first");
    await say(runId, "second");
    expect(await journal(runId)).toEqual(before);
    await expect.poll(() => told).toEqual([`outside ${runId}`, `outside ${runId}`]);
    end();
    const started: EventData = { type: "step.started", step: 2, attempt: 1, model: "p/m" };
    expect(await append(runId, epoch, [started])).toMatchObject({ hasOutside: true });
    const waiting = await test.store.runs.outsideEvents(runId);
    expect(waiting.map(({ event }) => event)).toMatchObject([
      { type: "message.added", text: "first" },
      { type: "message.added", text: "second" },
    ]);
    const [one, two] = waiting;
    if (!one || !two) throw new Error("nothing waits");
    expect(await append(runId, epoch, [one.event], [one.id])).toMatchObject({ hasOutside: true });
    expect(await append(runId, epoch, [two.event], [two.id])).toMatchObject({ hasOutside: false });
    expect(await test.store.runs.outsideEvents(runId)).toEqual([]);
    expect((await types(runId)).slice(-2)).toEqual(["message.added", "message.added"]);
  });

  it("is taken by nobody whose append is refused", async () => {
    const runId = await createRun(test.store);
    const epoch = await bringTo(test.store, runId, "running");
    await say(runId, "hello");
    const [waiting] = await test.store.runs.outsideEvents(runId);
    if (!waiting) throw new Error("nothing waits");
    const stale = append(runId, epoch - 1, [waiting.event], [waiting.id]);
    await expect(stale).rejects.toMatchObject({ code: "fenced" });
    expect(await test.store.runs.outsideEvents(runId)).toEqual([waiting]);
    // The next owner finds it.
    expect(await test.store.runs.claim({ runId, segment: 1, worker: "w" })).toMatchObject({
      hasOutside: true,
    });
  });

  it("holds the run's completion back until it is taken in", async () => {
    const runId = await createRun(test.store);
    const epoch = await bringTo(test.store, runId, "running");
    await say(runId, "one more thing");
    const before = await journal(runId);
    expect(await append(runId, epoch, [completed])).toMatchObject({ held: true, hasOutside: true });
    expect(await journal(runId)).toEqual(before);
    const [waiting] = await test.store.runs.outsideEvents(runId);
    if (!waiting) throw new Error("nothing waits");
    await append(runId, epoch, [waiting.event, completed], [waiting.id]);
    expect(fold(await journal(runId)).status).toBe("completed");
  });

  it("and a completion that come together see each other, whichever is first", async () => {
    for (let round = 0; round < 25; round++) {
      const runId = await createRun(test.store);
      const epoch = await bringTo(test.store, runId, "running");
      const [ended, said] = await Promise.allSettled([
        append(runId, epoch, [completed]),
        say(runId, "wait"),
      ]);
      const isHeld = ended.status === "fulfilled" && ended.value.held === true;
      // Either it was said in time and the run is not over, or who says it is told that it is.
      expect(said.status).toBe(isHeld ? "fulfilled" : "rejected");
      expect(fold(await journal(runId)).status).toBe(isHeld ? "running" : "completed");
    }
  });

  it("that is left when the run fails is taken in by whoever looks", async () => {
    const runId = await createRun(test.store);
    const epoch = await bringTo(test.store, runId, "running");
    await rate(runId, 1);
    await say(runId, "too late");
    const error = { code: "tool_failed", message: "m", class: "permanent", remedy: "r" } as const;
    await append(runId, epoch, [{ type: "run.failed", error }]);
    await test.store.runs.settleAllOutside();
    expect((await types(runId)).slice(-2)).toEqual(["run.failed", "feedback.given"]);
    // The message waits for a retry.
    expect(await test.store.runs.outsideEvents(runId)).toMatchObject([
      { event: { type: "message.added", text: "too late" } },
    ]);
    await test.store.runs.retry(runId, "ann");
    await test.store.runs.settleOutside(runId);
    expect((await types(runId)).slice(-2)).toEqual(["run.retried", "message.added"]);
    expect(await test.store.runs.outsideEvents(runId)).toEqual([]);
  });

  it("that cannot follow any more can be dropped, and holds nothing up", async () => {
    const runId = await createRun(test.store);
    const epoch = await bringTo(test.store, runId, "running");
    await say(runId, "hello");
    const [waiting] = await test.store.runs.outsideEvents(runId);
    await test.store.runs.dropOutside(runId, waiting?.id ?? 0);
    await test.store.runs.dropOutside(runId, waiting?.id ?? 0);
    expect(await append(runId, epoch, [completed])).toMatchObject({ hasOutside: false });
  });
});

describe("a message", () => {
  it("is refused by runs that have ended, and those that do not exist", async () => {
    for (const status of ["completed", "failed", "cancelled"] as const) {
      const runId = await runIn(test.store, status);
      await expect(say(runId, "hello")).rejects.toMatchObject({ code: "conflict" });
    }
    await expect(say("run_none", "hello")).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("feedback", () => {
  it("is given in every status, and found over all runs", async () => {
    const statuses = ["pending", "running", "waiting", "completed", "failed", "cancelled"] as const;
    const runIds: string[] = [];
    for (const [index, status] of statuses.entries()) {
      const runId = await runIn(test.store, status);
      runIds.push(runId);
      await test.store.feedback.give(runId, {
        feedbackId: newId("fbk"),
        target: index % 2 ? { kind: "run" } : { kind: "step", step: 1 },
        rating: index < 3 ? -1 : 0.5,
        ...(index === 0 && { correction: { answer: 43 }, comment: "not 42" }),
        by: "ann",
      });
      if (status === "running") continue;
      expect(fold(await journal(runId)).feedback).toMatchObject([{ by: "ann" }]);
    }
    const own = async (filter: object) =>
      (await test.store.feedback.list({ limit: 100, ...filter }))
        .filter(({ runId }) => runIds.includes(runId))
        .map(({ runId }) => runIds.indexOf(runId));
    expect(await own({})).toEqual([5, 4, 3, 2, 1, 0]);
    expect(await own({ maxRating: 0 })).toEqual([2, 1, 0]);
    expect(await own({ minRating: 0 })).toEqual([5, 4, 3]);
    expect(await own({ corrected: true })).toEqual([0]);
    expect(await own({ agent: "nobody" })).toEqual([]);
    expect(await test.store.feedback.list({ runId: runIds[0], limit: 1 })).toMatchObject([
      { target: { kind: "step", step: 1 }, rating: -1, correction: { answer: 43 }, agentName: "a" },
    ]);
    const other = test.store.tenant({ organisation: "other", environment: "prod" });
    expect(await other.feedback.list({ limit: 100 })).toEqual([]);
  });
});
