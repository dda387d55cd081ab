import { newId, type AskedInterrupt, type EventData } from "@flotilla/core";
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { bringTo, createRun, runIn } from "../../test/sample-run.ts";

let opened: TestStore;
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(() => opened.drop());
beforeEach(() => opened.store.pool.query("DELETE FROM run"));

const redo = () => ({ by: "ann", answer: { action: "redo" } }) as const;

test("the open interrupts of waiting runs are there, and no others", async () => {
  const { store } = opened;
  for (const status of ["pending", "running", "completed", "failed"] as const) {
    await runIn(store, status);
  }
  const [one, two] = [await runIn(store, "waiting"), await runIn(store, "waiting")];
  const all = await store.inbox.open(null);
  expect(all.map(({ runId, interruptId }) => [interruptId, runId])).toEqual([
    ["int_1", one],
    ["int_1", two],
    ["int_2", one],
    ["int_2", two],
  ]);
  expect(all[0]).toMatchObject({
    kind: "effect_outcome",
    state: "open",
    prompt: "p",
    agentName: "a",
    row: null,
    audience: {},
    assignee: null,
    comments: 0,
  });
  await store.interrupts.answer([{ runId: one, interruptId: "int_1" }], redo);
  const ofOne = await store.inbox.open([one]);
  expect(ofOne.map(({ interruptId }) => interruptId)).toEqual(["int_2"]);
  await store.runs.cancel(one, "p");
  expect((await store.inbox.open(null)).map(({ runId }) => runId)).toEqual([two, two]);
  const [withdrawn] = await store.inbox.list({ state: "withdrawn", limit: 10 });
  expect(withdrawn).toMatchObject({ runId: one, interruptId: "int_2", state: "withdrawn" });
  const [answered] = await store.inbox.list({ state: "answered", limit: 10 });
  expect(answered).toMatchObject({ interruptId: "int_1", endedBy: "ann", action: "redo" });
});

test("what a run had asked when it ended, it asks again when it is retried", async () => {
  const { store } = opened;
  const runId = await runIn(store, "waiting");
  await store.runs.cancel(runId, "p");
  expect(await store.inbox.open([runId])).toEqual([]);
  await store.runs.retry(runId, "p");
  const claimed = await store.runs.claim({ runId, segment: 2, worker: "wrk_2" });
  const seq = (claimed?.events.at(-1)?.seq ?? 0) + 1;
  const epoch = claimed?.epoch ?? 0;
  const interruptIds = ["int_1", "int_2"];
  const events: EventData[] = [
    { type: "segment.started", segment: 2, epoch, worker: "wrk_2", cause: "retry" },
    { type: "run.waiting", for: { kind: "interrupt", interruptIds } },
  ];
  const asked = interruptIds.map((interruptId): AskedInterrupt => ({
    ...{ interruptId, kind: "effect_outcome", prompt: "p", raisedAt: new Date().toISOString() },
  }));
  await store.journal.append({ runId, epoch, seq, events, asked });
  expect((await store.inbox.open([runId])).map((one) => one.interruptId)).toEqual(interruptIds);
});

describe("the list", () => {
  it("comes in pages, the oldest first, by all that it is filtered by", async () => {
    const { store } = opened;
    const runIds: string[] = [];
    for (let n = 0; n < 3; n++) runIds.push(await runIn(store, "waiting"));
    const first = await store.inbox.list({ limit: 4 });
    const last = first.at(-1);
    const rest = await store.inbox.list({ limit: 4, ...(last && { after: last }) });
    const places = [...first, ...rest].map((one) => `${one.interruptId} ${one.runId}`);
    expect(places).toEqual(places.toSorted());
    expect(new Set(places).size).toBe(6);

    const ref = { runId: runIds[0] as string, interruptId: "int_1" };
    await store.interrupts.assign(ref, "usr_ann");
    const count = async (filter: Partial<Parameters<typeof store.inbox.list>[0]>) =>
      (await store.inbox.list({ limit: 100, ...filter })).length;
    expect(await count({ assignee: "usr_ann" })).toBe(1);
    expect(await count({ assignee: null })).toBe(5);
    expect(await count({ asked: { userId: "usr_ann", roles: [] } })).toBe(6);
    expect(await count({ asked: { userId: "usr_bob", roles: ["approver"] } })).toBe(5);
    expect(await count({ kind: "approval" })).toBe(0);
    expect(await count({ kind: "effect_outcome", agent: "a" })).toBe(6);
    expect(await count({ runId: ref.runId })).toBe(2);
    expect(await count({ batchId: "bat_1" })).toBe(0);
    expect(await count({ raisedBefore: "2020-01-01T00:00:00Z" })).toBe(0);
  });

  it("tells who is asked, and of comments", async () => {
    const { store } = opened;
    const runId = await createRun(store);
    const epoch = await bringTo(store, runId, "running");
    const asked: AskedInterrupt = {
      ...{ interruptId: newId("int"), kind: "approval", prompt: "May a call t?", tool: "t" },
      ...{ hash: "0".repeat(64), audienceRole: "approver", audienceUser: "usr_ann" },
      ...{ raisedAt: "2026-01-02T03:04:05.000Z", expiresAt: "2126-01-02T03:04:05.000Z" },
    };
    const events: EventData[] = [
      { type: "run.waiting", for: { kind: "interrupt", interruptIds: [asked.interruptId] } },
    ];
    await store.journal.append({ runId, epoch, seq: 10, events, asked: [asked] });
    const said = { by: "Ann", userId: "usr_ann", text: "Who needs this?" };
    const ref = { runId, interruptId: asked.interruptId };
    const comment = await store.interrupts.comment(ref, said);
    expect(comment).toMatchObject(said);
    expect(await store.interrupts.comments(ref)).toEqual([comment]);
    expect(await store.interrupts.get(ref)).toMatchObject({
      tool: "t",
      hash: asked.hash,
      audience: { role: "approver", userId: "usr_ann" },
      expiresAt: asked.expiresAt,
      raisedAt: asked.raisedAt,
      comments: 1,
    });
    await expect(store.interrupts.get({ ...ref, interruptId: "int_9" })).rejects.toMatchObject({
      code: "not_found",
    });
  });
});
