import { forkJournal, newId, type ForkOrder, type NewRun } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { bringTo, createRun, runIn } from "../../test/sample-run.ts";

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test.drop());

function orderOf(): ForkOrder {
  return {
    ...{ runId: newId("run"), at: "start", changes: {}, effects: "record", by: "ann" },
    interactive: false,
  };
}

async function forkOf(source: string): Promise<string> {
  const order = orderOf();
  await test.store.runs.fork({ source, order }, (events, one) =>
    forkJournal(events, one, () => false),
  );
  return order.runId;
}

const age = (...runIds: string[]) =>
  test.store.pool.query(
    `UPDATE run SET ended_at = now() - interval '40 days' WHERE id = ANY($1::text[])`,
    [runIds],
  );

describe("a fork", () => {
  it("is due in the queue with its source's events, and leaves nothing behind when it is not made", async () => {
    const source = await runIn(test.store, "completed");
    const runId = await forkOf(source);
    const { rows } = await test.store.pool.query(
      "SELECT status, queued_at, forked_from, fork_seq, history_steps, epoch FROM run WHERE id = $1",
      [runId],
    );
    expect(rows).toEqual([
      {
        ...{ status: "pending", queued_at: null, forked_from: source, fork_seq: 2 },
        ...{ history_steps: 0, epoch: 0 },
      },
    ]);
    const events = await test.store.journal.read(runId, 0, 10);
    expect(events.map(({ type }) => type)).toEqual(["run.created", "run.forked"]);

    const order = orderOf();
    const failing = test.store.runs.fork({ source, order }, () => {
      throw new Error("no such place");
    });
    await expect(failing).rejects.toThrow("no such place");
    expect(await test.store.journal.read(order.runId, 0, 10)).toEqual([]);
  });

  it("is found by what was noted of its source", async () => {
    const metadata = { customer: "acme" };
    const source = await createRun(test.store, { request: { metadata } });
    await bringTo(test.store, source, "completed");
    const runId = await forkOf(source);
    const found = await test.store.runs.list({ metadata, limit: 10 });
    expect(found.map((run) => run.runId).toSorted()).toEqual([source, runId].toSorted());
  });

  it("is claimed and taken to its end like any run", async () => {
    const runId = await forkOf(await runIn(test.store, "failed"));
    const claimed = await test.store.runs.claim({ runId, segment: 1, worker: "wrk_1" });
    expect(claimed).toMatchObject({ epoch: 1, batchId: null });
    await test.store.journal.append({
      ...{ runId, epoch: 1, seq: 3 },
      events: [{ type: "run.cancelled", by: "ann" }],
    });
    expect((await test.store.runs.get(runId)).status).toBe("cancelled");
  });

  it("is not made of a run that waits for its thread", async () => {
    const held = await createRun(test.store, { heldAfter: null });
    await expect(forkOf(held)).rejects.toMatchObject({ code: "conflict" });
  });
});

describe("of a turn of a thread", () => {
  async function turn(change: Partial<NewRun> = {}): Promise<{ threadId: string; runId: string }> {
    const threadId = change.threadId ?? newId("thr");
    if (!change.threadId) {
      await test.store.threads.create({ id: threadId, agent: "a", title: "", metadata: {} });
    }
    const runId = await createRun(test.store, { threadId, ...change });
    await bringTo(test.store, runId, "completed");
    return { threadId, runId };
  }

  it("a fork keeps the whole thread from retention, for it goes on from the same conversation", async () => {
    const first = await turn();
    const history = { kind: "run", runId: first.runId, seq: 5, steps: 1 } as const;
    const second = await turn({ threadId: first.threadId, history });
    const runId = await forkOf(second.runId);
    expect((await test.store.runs.place(runId)).history).toMatchObject({ steps: 1 });
    await age(first.runId, second.runId);
    await test.store.pool.query("UPDATE thread SET updated_at = now() - interval '40 days'");
    expect(await test.store.runs.deleteOld(30)).toEqual([]);

    await test.store.runs.cancel(runId, "ann");
    await age(runId);
    expect(await test.store.runs.deleteOld(30)).toEqual([runId]);
    expect((await test.store.runs.deleteOld(30)).toSorted()).toEqual(
      [first.runId, second.runId].toSorted(),
    );
  });

  it("a fork under way keeps the thread from being deleted, and stays when it is", async () => {
    const { threadId, runId: source } = await turn();
    const runId = await forkOf(source);
    expect(await test.store.runs.get(runId)).toMatchObject({ forkedFrom: source });
    await expect(test.store.threads.delete(threadId)).rejects.toMatchObject({ code: "conflict" });
    await test.store.runs.cancel(runId, "ann");
    expect(await test.store.threads.delete(threadId)).toEqual([source]);
    expect((await test.store.journal.read(runId, 0, 10)).map(({ type }) => type)).toEqual([
      ...["run.created", "run.forked", "run.cancelled"],
    ]);
  });
});
