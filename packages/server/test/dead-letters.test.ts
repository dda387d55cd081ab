import type { DeadLettersReplay } from "@flotilla/api";
import { newId, type EventData } from "@flotilla/core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bringTo, createRun } from "../../store/test/sample-run.ts";
import { completeBatch, releaseRows } from "./release-rows.ts";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
  for (const name of ["carter", "baker"]) {
    await server.client.agents.apply({ name, model: "simulated/demo" });
    await server.client.agents.apply({ name, model: "simulated/script" });
  }
});
afterAll(() => server.close());
beforeEach(async () => {
  for (const table of ["event", "run", "batch_row", "batch"]) {
    await server.store.pool.query(`DELETE FROM ${table}`);
  }
});

const tool: EventData[] = [
  {
    type: "effect.intended",
    step: 1,
    callId: "c1-0",
    tool: "page",
    input: {},
    attempt: 1,
    idempotencyKey: "k",
  },
  {
    type: "effect.failed",
    callId: "c1-0",
    error: { code: "tool_failed", message: "no", class: "permanent", remedy: "r" },
    ms: 1,
    retryInMs: 0,
  },
];

async function failedRun(message: string, agentName = "carter"): Promise<string> {
  const { store } = server;
  const agent = await store.agents.get(agentName);
  const runId = await createRun(store, { agentName, agentId: agent.id });
  const epoch = await bringTo(store, runId, "running");
  const error = { code: "tool_failed", message, class: "permanent", remedy: "Repair it." } as const;
  const events: EventData[] = [...tool, { type: "run.failed", error }];
  await store.journal.append({ runId, epoch, seq: 5, events });
  return runId;
}

describe("reading", () => {
  it("groups letters by their error, and finds those of a group", async () => {
    const first = await failedRun("page 3 is gone");
    const second = await failedRun("page 4 is gone", "baker");
    await failedRun("another");
    const { client } = server;
    const page = await client.deadLetters.groups({ limit: 1 });
    expect(page.items).toMatchObject([{ title: "another", count: 1 }]);
    const next = await client.deadLetters.groups({ limit: 1, cursor: page.nextCursor ?? "" });
    expect(next).toMatchObject({
      nextCursor: null,
      items: [
        {
          title: "page <n> is gone",
          count: 2,
          agents: ["baker", "carter"],
          remedy: "Repair it.",
          example: { id: second },
        },
      ],
    });
    const fingerprint = next.items[0]?.fingerprint;
    const letters = await client.deadLetters.list({
      ...(fingerprint && { fingerprint }),
      limit: 1,
    });
    expect(letters.items).toMatchObject([{ id: second, cause: "unrecoverable" }]);
    const rest = await client.deadLetters.list({
      ...(fingerprint && { fingerprint }),
      cursor: letters.nextCursor ?? "",
    });
    expect(rest).toMatchObject({ nextCursor: null, items: [{ id: first }] });
    expect((await client.deadLetters.list({ agent: "baker" })).items).toHaveLength(1);
    expect((await client.deadLetters.list({ cause: "poison" })).items).toEqual([]);
  });

  it("shows a letter with its attempts and the events before its end", async () => {
    const id = await failedRun("broke");
    const letter = await server.client.deadLetters.get(id);
    expect(letter).toMatchObject({ id, attempts: 1, retries: 0, badRow: null });
    expect(letter.events.at(-1)).toMatchObject({ type: "run.failed" });
    await expect(server.client.deadLetters.get(newId("run"))).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("shows a bad row as it was sent; such a row has no run to replay", async () => {
    const { client } = server;
    const rows = [{ q: "1" }, {}];
    const batch = await client.batches.create({
      name: "b",
      agent: "carter",
      template: "{{q}}",
      rows,
    });
    const { items } = await client.deadLetters.list();
    expect(items).toMatchObject([{ id: `${batch.id}:2`, cause: "poison", runId: null }]);
    const id = items[0]?.id ?? "";
    expect(await client.deadLetters.get(id)).toMatchObject({ badRow: { data: {} }, events: [] });
    await expect(client.deadLetters.replay(id)).rejects.toMatchObject({ code: "conflict" });
    expect(await client.deadLetters.discard(id, "a blank line")).toMatchObject({
      discarded: { reason: "a blank line" },
    });
  });
});

describe("correcting", () => {
  it("takes other data for a bad row, which its completed batch works on", async () => {
    const { client, store } = server;
    const rows = [{ q: "1" }, {}, { q: "3" }, {}];
    const template = "{{q}}";
    const batch = await client.batches.create({
      ...{ name: "b", agent: "carter", template, rows, start: true },
    });
    const released = await releaseRows(store, batch.id);
    expect(released).toHaveLength(2);
    for (const runId of released) await bringTo(store, runId, "completed");
    await completeBatch(store, batch.id);
    expect((await client.batches.get(batch.id)).status).toBe("completed");
    const id = `${batch.id}:2`;
    await expect(client.deadLetters.correct(id, { p: "2" })).rejects.toMatchObject({
      code: "invalid_request",
      message: expect.stringContaining("{{q}}") as string,
    });
    expect(await client.deadLetters.correct(id, { q: "2" })).toEqual({ batchId: batch.id, row: 2 });
    expect((await client.batches.get(batch.id)).status).toBe("running");
    expect((await client.deadLetters.list()).items).toMatchObject([{ id: `${batch.id}:4` }]);
    const [again, ...others] = await releaseRows(store, batch.id);
    expect(others).toEqual([]);
    expect(await client.runs.get(again ?? "")).toMatchObject({ batchId: batch.id, row: 2 });
    await bringTo(store, again ?? "", "completed");
    await completeBatch(store, batch.id);
    expect((await client.batches.get(batch.id)).status).toBe("completed");
    await expect(client.deadLetters.correct(id, { q: "2" })).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(
      client.deadLetters.correct(await failedRun("broke"), { q: "2" }),
    ).rejects.toMatchObject({ code: "conflict" });
  });

  it("leaves a draft a draft, and a cancelled batch as it is", async () => {
    const { client, store } = server;
    const template = "{{q}}";
    const draft = await client.batches.create({
      ...{ name: "b", agent: "carter", template, rows: [{ q: "1" }, {}, {}] },
    });
    await client.deadLetters.correct(`${draft.id}:2`, { q: "2" });
    expect((await client.batches.get(draft.id)).status).toBe("draft");
    await client.batches.act(draft.id, "start");
    expect(await releaseRows(store, draft.id)).toHaveLength(2);
    await client.batches.act(draft.id, "cancel");
    await expect(client.deadLetters.correct(`${draft.id}:3`, { q: "3" })).rejects.toMatchObject({
      code: "conflict",
    });
  });
});

describe("replaying", () => {
  it("takes one run up again with changes, which its journal has", async () => {
    const { client } = server;
    const id = await failedRun("broke");
    const changes = {
      agentVersion: 2,
      model: "simulated/demo",
      toolResults: [{ callId: "c1-0", output: "by hand" }],
    };
    expect(await client.deadLetters.replay(id, { changes })).toMatchObject({
      runId: id,
      status: "pending",
      agentVersion: 2,
    });
    const { items } = await client.runs.events(id);
    expect(items.at(-1)).toMatchObject({ type: "run.retried", changes });
    const run = await client.runs.get(id);
    expect(run.steps.at(-1)).toMatchObject({ status: "done", output: "by hand" });
    expect((await client.deadLetters.list()).items).toEqual([]);
    await expect(client.deadLetters.replay(id)).rejects.toMatchObject({ code: "not_found" });
  });

  it.each([
    [{ agentVersion: 9 }, "not_found"],
    [{ model: "nobody/x" }, "unknown_model"],
    [{ toolResults: [{ callId: "c9-9", output: 1 }] }, "invalid_request"],
  ])("refuses %j", async (changes, code) => {
    const id = await failedRun("broke");
    await expect(server.client.deadLetters.replay(id, { changes })).rejects.toMatchObject({ code });
    expect((await server.client.deadLetters.list()).items).toHaveLength(1);
  });

  it("takes all of a filter up again, and their batch runs on", async () => {
    const { client, store } = server;
    const rows = [{ q: 1 }, { q: 2 }];
    const batch = await client.batches.create({
      ...{ name: "b", agent: "carter", template: "{{q}}", rows, start: true },
    });
    for (const runId of await releaseRows(store, batch.id)) await bringTo(store, runId, "failed");
    await completeBatch(store, batch.id);
    const other = await failedRun("other", "baker");
    const settled = await client.deadLetters.replayAll({
      agent: "carter",
      changes: { agentVersion: 1 },
    });
    expect(settled).toMatchObject({ count: 2, isMore: false });
    expect((await client.batches.get(batch.id)).status).toBe("running");
    expect((await client.deadLetters.list()).items).toMatchObject([{ id: other }]);
    const { until } = settled;
    expect(await client.deadLetters.replayAll({ until })).toMatchObject({ count: 1 });
  });

  it("asks for the agent whose version it is, and takes no single call's result", async () => {
    await expect(
      server.client.deadLetters.replayAll({ changes: { agentVersion: 1 } }),
    ).rejects.toMatchObject({ code: "invalid_request" });
    const body = { changes: { toolResults: [] } } as unknown as DeadLettersReplay;
    const answer = send(server.app, "POST", "/dead-letters/replay", body);
    expect(await problemOf(answer)).toMatchObject({ status: 400 });
  });
});

describe("discarding", () => {
  it("puts a group away with the reason, and shows it when asked", async () => {
    const { client } = server;
    const id = await failedRun("page 1 is gone");
    await failedRun("page 2 is gone");
    const kept = await failedRun("another");
    const fingerprint = (await client.deadLetters.get(id)).fingerprint;
    const reason = "the pages are meant to be gone";
    expect(await client.deadLetters.discardAll({ fingerprint, reason })).toMatchObject({
      count: 2,
    });
    expect((await client.deadLetters.list()).items).toMatchObject([{ id: kept }]);
    const gone = await client.deadLetters.list({ state: "discarded" });
    expect(gone.items).toHaveLength(2);
    expect(await client.runs.get(id)).toMatchObject({ status: "failed", discarded: { reason } });
    await expect(client.deadLetters.discard(id, "again")).rejects.toMatchObject({
      code: "conflict",
    });
  });

  it("reaches bad rows as well", async () => {
    const { client } = server;
    const rows = [{ q: 1 }, {}, {}];
    await client.batches.create({ name: "b", agent: "carter", template: "{{q}}", rows });
    await failedRun("broke");
    expect(await client.deadLetters.discardAll({ reason: "all old" })).toMatchObject({ count: 3 });
    expect((await client.deadLetters.groups()).items).toEqual([]);
  });
});
