import { setTimeout as sleep } from "node:timers/promises";
import { newId, noUsage, type EventData } from "@flotilla/core";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDatabase, type TestDatabase } from "../test/database.ts";
import { migrate } from "./migrate.ts";
import { openStore, type Store } from "./open-store.ts";
import { openPool } from "./pool.ts";

let database: TestDatabase;
let store: Store;
const lost: Error[] = [];

beforeAll(async () => {
  database = await createDatabase();
  const pool = openPool({ url: database.url, name: "test", onError: () => undefined });
  await migrate(pool);
  await pool.end();
  store = await openStore({ url: database.url, onError: (error) => lost.push(error) });
});

afterAll(async () => {
  await store.close();
  await database.drop();
});

async function claimedRun(): Promise<{ runId: string; epoch: number }> {
  const runId = newId("run");
  await store.runs.create({
    runId,
    agentId: "agt_1",
    agentName: "a",
    agentVersion: 1,
    input: { text: "q" },
    interactive: false,
  });
  const claimed = await store.runs.claim({ runId, segment: 1, worker: "wrk_1" });
  return { runId, epoch: claimed?.epoch as number };
}

const started: EventData = { type: "step.started", step: 1, attempt: 1, model: "p/m" };
const delta: EventData = { type: "step.delta", step: 1, attempt: 1, text: "x" };
const completed: EventData = {
  type: "step.completed",
  step: 1,
  attempt: 1,
  message: { role: "assistant", content: [] },
  usage: { ...noUsage, inputTokens: 7, outputTokens: 5 },
  finish: "stop",
  costMicros: 11,
  firstTokenMs: 1,
  ms: 2,
};

const seqs = async (runId: string) =>
  (await store.journal.read(runId, 0, 1_000)).map((event) => event.seq);

describe("append", () => {
  it("commits a thousand runs' events in order, each once", async () => {
    const runs = await Promise.all(Array.from({ length: 200 }, claimedRun));
    await Promise.all(
      runs.map(async ({ runId, epoch }) => {
        for (let seq = 2; seq <= 6; seq++) {
          await store.journal.append({ runId, epoch, seq, events: [delta] });
        }
      }),
    );
    const journals = await Promise.all(runs.map(({ runId }) => seqs(runId)));
    for (const journal of journals) expect(journal).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("refuses an owner whose epoch has passed, and keeps nothing of its append", async () => {
    const { runId, epoch } = await claimedRun();
    await store.runs.claim({ runId, segment: 1, worker: "wrk_2" });
    const stale = store.journal.append({ runId, epoch, seq: 2, events: [started, delta] });
    await expect(stale).rejects.toMatchObject({ code: "fenced" });
    const end = store.journal.append({
      runId,
      epoch,
      seq: 2,
      events: [{ type: "run.completed", output: 1 }],
    });
    await expect(end).rejects.toMatchObject({ code: "fenced" });
    expect(await seqs(runId)).toEqual([1]);
    expect((await store.runs.get(runId)).status).toBe("running");
  });

  it("refuses the second of two writers of one place without harming its neighbours", async () => {
    const { runId, epoch } = await claimedRun();
    const other = await claimedRun();
    await store.journal.append({ runId, epoch, seq: 2, events: [started] });
    const [second, neighbour] = await Promise.allSettled([
      store.journal.append({ runId, epoch, seq: 2, events: [delta, delta] }),
      store.journal.append({ ...other, seq: 2, events: [started] }),
    ]);
    expect(second).toMatchObject({ status: "rejected", reason: { code: "fenced" } });
    expect(neighbour.status).toBe("fulfilled");
    expect(await seqs(runId)).toEqual([1, 2]);
    expect(await seqs(other.runId)).toEqual([1, 2]);
  });

  it("refuses a stale owner also when the present one appends in the same moment", async () => {
    const { runId, epoch } = await claimedRun();
    const present = await store.runs.claim({ runId, segment: 1, worker: "wrk_2" });
    const [stale, own] = await Promise.allSettled([
      store.journal.append({ runId, epoch, seq: 7, events: [delta] }),
      store.journal.append({ runId, epoch: present?.epoch as number, seq: 2, events: [started] }),
    ]);
    expect(stale).toMatchObject({ status: "rejected", reason: { code: "fenced" } });
    expect(own.status).toBe("fulfilled");
    expect(await seqs(runId)).toEqual([1, 2]);
  });

  it("keeps the projection in step with the events", async () => {
    const { runId, epoch } = await claimedRun();
    await store.journal.append({ runId, epoch, seq: 2, events: [started, completed] });
    expect(await store.runs.get(runId)).toMatchObject({
      status: "running",
      stepCount: 1,
      inputTokens: 7,
      outputTokens: 5,
      costMicros: 11,
    });
    const output = { answer: 42 };
    await store.journal.append({
      runId,
      epoch,
      seq: 4,
      events: [{ type: "run.completed", output }],
    });
    expect(await store.runs.get(runId)).toMatchObject({ status: "completed", output });
    const late = store.journal.append({ runId, epoch, seq: 5, events: [started] });
    await expect(late).rejects.toMatchObject({ code: "fenced" });
  });

  it("deletes the deltas of a step in the statement that completes it", async () => {
    const { runId, epoch } = await claimedRun();
    await store.journal.append({ runId, epoch, seq: 2, events: [started, delta, delta] });
    await store.journal.append({ runId, epoch, seq: 5, events: [completed], dropDeltasAfter: 2 });
    expect(await seqs(runId)).toEqual([1, 2, 5]);
  });

  it("keeps text of any kind as it was", async () => {
    const { runId, epoch } = await claimedRun();
    const output = { text: "NUL \0, lone \ud800, emoji 🚢, \u2028" };
    const done: EventData = { type: "effect.done", callId: "c", output, ms: 1, via: "executed" };
    await store.journal.append({ runId, epoch, seq: 2, events: [done] });
    const events = await store.journal.read(runId, 1, 10);
    expect(events[0]).toMatchObject({ output });
  });

  it("parks a run with a timer so that its next segment is due then, not before", async () => {
    const { runId, epoch } = await claimedRun();
    const until = new Date(Date.now() + 300).toISOString();
    const why = {
      code: "model_rate_limited",
      message: "m",
      class: "transient",
      remedy: "r",
    } as const;
    const parked: EventData = { type: "run.waiting", for: { kind: "timer", until, why } };
    await store.journal.append({ runId, epoch, seq: 2, events: [parked] });
    const due: number[] = [];
    const take = () =>
      store.runs.queueSingles(1_000, async (segments) => {
        for (const one of segments) if (one.runId === runId) due.push(one.segment);
      });
    await take();
    expect(due).toEqual([]);
    await sleep(350);
    await take();
    expect(due).toEqual([2]);
  });

  it("tells the owner that a person wants the run cancelled", async () => {
    const { runId, epoch } = await claimedRun();
    await store.runs.cancel(runId, "person", "enough");
    const appended = await store.journal.append({ runId, epoch, seq: 2, events: [started] });
    expect(appended).toMatchObject({ cancelRequested: true, pauseRequested: false });
  });

  it("survives lost connections: what was being appended is there once", async () => {
    const { runId, epoch } = await claimedRun();
    const killer = new pg.Client({ connectionString: database.url });
    await killer.connect();
    const killing = (async () => {
      for (let i = 0; i < 20; i++) {
        await killer.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND application_name IN ('flotilla', 'flotilla-journal')`,
        );
        await sleep(10);
      }
    })();
    for (let seq = 2; seq <= 60; seq++) {
      await store.journal.append({ runId, epoch, seq, events: [delta] });
    }
    await killing;
    await killer.end();
    expect(await seqs(runId)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  });
});

describe("signals", () => {
  it("tell other processes which runs and batches changed, with ids only", async () => {
    const heard: string[] = [];
    const end = store.signals.onChange((ids) => heard.push(...ids));
    const { runId, epoch } = await claimedRun();
    await store.journal.append({ runId, epoch, seq: 2, events: [started] });
    await expect.poll(() => heard).toContain(runId);
    end();
  });

  it("say when some may have been missed", async () => {
    let missed = 0;
    const end = store.signals.onCatchUp(() => (missed += 1));
    await store.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'flotilla-notifier'`,
    );
    await expect.poll(() => missed, { timeout: 5_000 }).toBe(1);
    const heard: string[] = [];
    store.signals.onChange((ids) => heard.push(...ids));
    const { runId, epoch } = await claimedRun();
    await store.journal.append({ runId, epoch, seq: 2, events: [started] });
    await expect.poll(() => heard).toContain(runId);
    end();
  });
});
