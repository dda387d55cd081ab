import { noUsage, type EventData, type Json } from "@flotilla/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runsOf, tick } from "../../store/test/sample-batch.ts";
import { bringTo } from "../../store/test/sample-run.ts";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
  for (const name of ["solver", "other"]) {
    await server.client.agents.apply({ name, model: "simulated/demo" });
  }
});
afterAll(() => server.close());

const check = { kind: "json", expected: { answer: "{{row.want}}" } } as const;

/** Four rows: right, wrong, failed, and right; runs answer 42. */
async function checkedBatch() {
  const batch = await server.client.batches.create({
    name: "b",
    agent: "solver",
    template: "{{n}}",
    rows: [42, 7, 42, 42].map((want, i) => ({ n: String(i + 1), want })),
    check,
    start: true,
  });
  await tick(server.store, batch.id);
  const runs = await runsOf(server.store, batch.id);
  for (const [i, runId] of runs.entries()) {
    await bringTo(server.store, runId, i === 2 ? "failed" : "completed");
  }
  return { batchId: batch.id, runs };
}

/** Takes a fork that begins at the start through one model call to its end. */
async function answer(runId: string, output: Json): Promise<void> {
  const claimed = await server.store.runs.claim({ runId, segment: 1, worker: "wrk_1" });
  const epoch = claimed?.epoch ?? 0;
  const step = { step: 1, attempt: 1 };
  const events: EventData[] = [
    { type: "segment.started", segment: 1, epoch, worker: "wrk_1", cause: "start" },
    { type: "step.started", ...step, model: "p/m" },
    {
      type: "step.completed",
      ...step,
      message: { role: "assistant", content: [] },
      usage: { ...noUsage, inputTokens: 70, outputTokens: 50 },
      ...{ finish: "stop", costMicros: 110, firstTokenMs: 1, ms: 2 },
    },
    { type: "run.completed", output },
  ];
  const seq = (claimed?.events.at(-1)?.seq ?? 0) + 1;
  await server.store.journal.append({ runId, epoch, seq, events });
}

test("runs whose answer does not pass are forked, and what became of them is counted", async () => {
  const { batchId, runs } = await checkedBatch();
  const forks = await server.client.forks.create({
    name: "again",
    runs: { batchId, outcome: "failing" },
    changes: { model: "simulated/script" },
  });
  expect(forks).toMatchObject({ status: "running", rows: 2, agentName: "solver", check });
  expect(forks.fork).toMatchObject({
    at: "start",
    effects: "record",
    changes: { model: "simulated/script" },
  });
  expect(await server.client.forks.summary(forks.id)).toMatchObject({
    pairs: 2,
    counts: { open: 2 },
  });

  await tick(server.store, forks.id);
  const made = await runsOf(server.store, forks.id);
  expect(await server.client.runs.get(made[0] ?? "")).toMatchObject({
    batchId: forks.id,
    row: 1,
    input: { text: "2" },
    fork: { from: { runId: runs[1] } },
  });
  await answer(made[0] ?? "", { answer: 7 });
  await answer(made[1] ?? "", { answer: 1 });
  expect(await tick(server.store, forks.id)).toEqual({ kind: "completed" });

  expect(await server.client.forks.summary(forks.id)).toMatchObject({
    pairs: 2,
    counts: { fixed: 1, failing: 1, regressed: 0, same: 0, error: 0, open: 0 },
    before: { passed: 0, inputTokens: 14, outputTokens: 10, costMicros: 22 },
    after: { passed: 1, inputTokens: 140, outputTokens: 100, costMicros: 220 },
  });
  const first = await server.client.forks.pairs(forks.id, { limit: 1 });
  expect(first.items).toMatchObject([
    {
      ...{ row: 1, outcome: "fixed", data: { n: "2", want: 7 } },
      before: { runId: runs[1], passes: false, output: { answer: 42 } },
      after: { runId: made[0], passes: true, output: { answer: 7 } },
    },
  ]);
  const second = await server.client.forks.pairs(forks.id, { cursor: first.nextCursor ?? "" });
  expect(second).toMatchObject({ items: [{ row: 2, outcome: "failing" }], nextCursor: null });
  // Model calls that were copied are none of the batch's own.
  const { buckets } = await server.client.batches.certificate(forks.id);
  expect(buckets.map(({ requests }) => requests)).toEqual([2]);
});

test("what passed may regress, and a fork that cannot be made is an error of its row", async () => {
  const { batchId } = await checkedBatch();
  const forks = await server.client.forks.create({
    name: "again",
    runs: { batchId, outcome: "passing" },
    // The runs have no such call.
    changes: { toolResults: [{ callId: "c9-0", output: 1 }] },
  });
  await tick(server.store, forks.id);
  expect(await tick(server.store, forks.id)).toEqual({ kind: "completed" });
  expect(await server.client.forks.summary(forks.id)).toMatchObject({ counts: { error: 2 } });
  const { items } = await server.client.batches.rows(forks.id);
  expect(items[0]?.error?.message).toContain("could not be forked: The run has no call c9-0");

  const named = await server.client.forks.create({
    name: "named",
    runs: (await runsOf(server.store, batchId)).toReversed(),
  });
  await tick(server.store, named.id);
  const [last, failed] = await runsOf(server.store, named.id);
  await answer(last ?? "", { answer: 1 });
  await answer(failed ?? "", { answer: 42 });
  expect(await server.client.forks.summary(named.id)).toMatchObject({
    pairs: 4,
    counts: { regressed: 1, fixed: 1, open: 2 },
  });
});

test("what is not one agent's runs is refused", async () => {
  const { runs } = await checkedBatch();
  const { runId } = await server.client.runs.start({ agent: "other", input: { text: "q" } });
  const create = (of: unknown) =>
    problemOf(send(server.app, "POST", "/forks", { name: "f", runs: of }));
  expect(await create([runs[0], runId])).toMatchObject({ status: 400, code: "invalid_request" });
  expect(await create([`run_${"0".repeat(26)}`])).toMatchObject({ status: 400 });
  expect(await create([runs[0], `run_${"0".repeat(26)}`])).toMatchObject({ status: 404 });
  expect(await create({ agent: "nobody" })).toMatchObject({ status: 400, code: "invalid_request" });
  expect(await create({ status: "failed" })).toMatchObject({ status: 400 });
});
