import { eventListSchema, runPageSchema, type RunListQuery } from "@flotilla/api";
import { fold, runSummarySchema, type EventData } from "@flotilla/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRun, runIn } from "../../store/test/sample-run.ts";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
  const { agents } = server.client;
  await agents.apply({ name: "solver", model: "simulated/demo" });
  await agents.apply({ name: "solver", model: "simulated/demo", description: "second" });
  await agents.apply({ name: "keyless", model: "openai/gpt-5-mini" });
  await agents.apply({ name: "gone", model: "simulated/demo" });
  await agents.archive("gone");
});
afterAll(() => server.close());

const unknown = `run_${"0".repeat(26)}`;
const start = (body: object) => send(server.app, "POST", "/runs", body);

test("a started run is pending, pinned to a version, and has its first event", async () => {
  const answer = await start({ agent: "solver", version: 1, input: { text: "1 + 1?" } });
  expect(answer.status).toBe(201);
  const run = runSummarySchema.parse(await answer.json());
  expect(run).toMatchObject({ status: "pending", agentName: "solver", agentVersion: 1 });
  const folded = await server.client.runs.get(run.runId);
  expect(folded).toMatchObject({ status: "pending", input: { text: "1 + 1?" }, seq: 1 });
});

test("a run keeps the trace of the request that started it", async () => {
  const body = JSON.stringify({ agent: "solver", input: { text: "q" } });
  const startTraced = async (traceparent: string) => {
    const headers = { "content-type": "application/json", traceparent };
    const answer = await server.app.request("/api/v1/runs", { method: "POST", headers, body });
    const { runId } = runSummarySchema.parse(await answer.json());
    return (await server.client.runs.get(runId)).traceId;
  };
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
  expect(await startTraced(`00-${traceId}-00f067aa0ba902b7-01`)).toBe(traceId);
  expect(await startTraced("00-nonsense")).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
});

test.each([
  ["of an unknown agent", { agent: "nobody" }, 404, "not_found"],
  ["of an archived agent", { agent: "gone" }, 409, "conflict"],
  ["whose provider has no key", { agent: "keyless" }, 409, "credentials_missing"],
  ["with a field that does not exist", { agent: "solver", priority: 1 }, 400, "invalid_request"],
  ["of a version out of range", { agent: "solver", version: 2 ** 40 }, 400, "invalid_request"],
])("a run %s is refused", async (_what, body, status, code) => {
  const problem = await problemOf(start({ input: { text: "q" }, ...body }));
  expect(problem).toMatchObject({ status, code });
});

test("runs are listed newest first, page by page, each once", async () => {
  const wanted: string[] = [];
  for (let i = 0; i < 5; i++) wanted.unshift(await createRun(server.store, { agentName: "paged" }));
  const listed: string[] = [];
  let cursor: string | undefined;
  do {
    const query = { agent: "paged", limit: 2, ...(cursor !== undefined && { cursor }) };
    const page = runPageSchema.parse(await server.client.runs.list(query));
    expect(page.items.length).toBeLessThanOrEqual(2);
    listed.push(...page.items.map((run) => run.runId));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(listed).toEqual(wanted);
});

test("runs are filtered by status", async () => {
  const failed = await runIn(server.store, "failed");
  const { items } = await server.client.runs.list({ status: "failed" });
  expect(items).toEqual([expect.objectContaining({ runId: failed, status: "failed" })]);
});

test("runs are found by their input and what they cost, for whom they run, and when", async () => {
  const runId = await createRun(server.store, {
    user: "ada",
    input: { text: "What is a Quokka?" },
  });
  const found = async (query: RunListQuery) =>
    (await server.client.runs.list(query)).items.map((run) => run.runId);
  expect(await found({ text: "a quokka" })).toEqual([runId]);
  expect(await found({ text: "a quokka", minCostMicros: 1 })).toEqual([]);
  expect(await found({ user: "ada", maxCostMicros: 0 })).toEqual([runId]);
  expect(await found({ user: "ada", until: "2001-01-01T00:00:00+01:00" })).toEqual([]);
});

test("runs are found by what their callers noted of them", async () => {
  const begin = async (metadata: Record<string, string>) =>
    (await server.client.runs.start({ agent: "solver", input: { text: "q" }, metadata })).runId;
  const equation = "a=b";
  const first = await begin({ customer: "acme", equation });
  const second = await begin({ customer: "acme" });
  const found = async (metadata: string) =>
    (await server.client.runs.list({ metadata })).items.map((run) => run.runId);
  expect(await found("customer=acme")).toEqual([second, first]);
  expect(await found(`customer=acme, equation=${equation}`)).toEqual([first]);
  expect(await found("customer=other")).toEqual([]);
  const { request } = await server.client.runs.get(first);
  expect(request?.metadata).toEqual({ customer: "acme", equation });
});

test.each([
  ...["cursor=abc", "cursor=", "limit=1001", "limit=0", "status=done", "batchId=%00"],
  ...["since=soon", "minCostMicros=-1", "text=", "version=0", "metadata=acme"],
])("a list with %s is refused", async (query) => {
  expect(await problemOf(send(server.app, "GET", `/runs?${query}`))).toMatchObject({
    status: 400,
    code: "invalid_request",
  });
});

test("events are paged, and a run of many pages folds to what its events say", async () => {
  const runId = await createRun(server.store);
  const claimed = await server.store.runs.claim({ runId, segment: 1, worker: "wrk_1" });
  const epoch = claimed?.epoch ?? 0;
  const events: EventData[] = [
    { type: "segment.started", segment: 1, epoch, worker: "wrk_1", cause: "start" },
    { type: "step.started", step: 1, attempt: 1, model: "p/m" },
  ];
  for (let i = 0; i < 1_100; i++) {
    events.push({ type: "step.delta", step: 1, attempt: 1, text: `${i} ` });
  }
  await server.store.journal.append({ runId, epoch, seq: 2, events });

  const read = [];
  let after: number | null = 0;
  while (after !== null) {
    const page = eventListSchema.parse(await server.client.runs.events(runId, { after }));
    read.push(...page.items);
    after = page.nextAfter;
  }
  expect(read).toHaveLength(1_103);
  expect(await server.client.runs.get(runId)).toEqual(fold(read));
});

test("a pending run is cancelled at once, and again without harm", async () => {
  const runId = await createRun(server.store);
  const { runs } = server.client;
  expect(await runs.cancel(runId, "not needed")).toMatchObject({ status: "cancelled" });
  expect(await runs.get(runId)).toMatchObject({ cancelledBy: "person", reason: "not needed" });
  const again = await server.app.request(`/api/v1/runs/${runId}/cancel`, { method: "POST" });
  expect(again.status).toBe(200);
});

test("a run that has ended cannot be cancelled, one that completed cannot be retried", async () => {
  const runId = await runIn(server.store, "completed");
  for (const action of ["cancel", "retry"]) {
    const problem = await problemOf(send(server.app, "POST", `/runs/${runId}/${action}`));
    expect(problem).toMatchObject({ status: 409, code: "conflict" });
  }
});

test("a failed run goes back into the queue when it is retried", async () => {
  const runId = await runIn(server.store, "failed");
  expect(await server.client.runs.retry(runId)).toMatchObject({ status: "pending" });
});

test("an answered interrupt is noted in the run's journal, and cannot be answered twice", async () => {
  const runId = await runIn(server.store, "waiting");
  const { runs } = server.client;
  await runs.answer(runId, "int_1", { action: "done", output: { sent: true } });
  const { items } = await runs.events(runId);
  expect(items.at(-1)).toMatchObject({ type: "interrupt.answered", by: "person" });
  const path = `/runs/${runId}/interrupts`;
  const answer = (id: string, body: object) =>
    problemOf(send(server.app, "POST", `${path}/${id}/answer`, body));
  expect(await answer("int_1", { action: "redo" })).toMatchObject({ status: 409 });
  expect(await answer("int_9", { action: "redo" })).toMatchObject({ status: 404 });
  expect(await answer("int_2", { action: "ignore" })).toMatchObject({ status: 400 });
});

test.each([
  ["GET", ""],
  ["GET", "/events"],
  ["GET", "/stream"],
  ["POST", "/cancel"],
  ["POST", "/retry"],
])("%s %s of a run that does not exist is not found", async (method, path) => {
  const problem = await problemOf(send(server.app, method, `/runs/${unknown}${path}`));
  expect(problem).toMatchObject({ status: 404, code: "not_found" });
  const misspelt = await problemOf(send(server.app, method, `/runs/run_1${path}`));
  expect(misspelt.errors?.[0]).toEqual({ path: "runId", message: "not a run id" });
});

test("a run is shown as it was at any event of its journal", async () => {
  const runId = await runIn(server.store, "completed");
  const { items } = await server.client.runs.events(runId);
  for (const { seq } of items) {
    const wanted = fold(items.filter((event) => event.seq <= seq));
    expect(await server.client.runs.get(runId, { at: seq })).toEqual(wanted);
  }
  const last = items.at(-1)?.seq ?? 0;
  expect(await server.client.runs.get(runId, { at: last + 5 })).toMatchObject({ seq: last });
  expect(await problemOf(send(server.app, "GET", `/runs/${runId}?at=0`))).toMatchObject({
    status: 400,
  });
});

test("two runs are compared, and one that is not there is not found", async () => {
  const completed = await runIn(server.store, "completed");
  const failed = await runIn(server.store, "failed");
  const comparison = await server.client.runs.compare(completed, failed);
  expect(comparison).toMatchObject({
    a: { runId: completed, status: "completed", costMicros: 11 },
    b: { runId: failed, status: "failed", inputTokens: 7 },
    counts: { same: 1, changed: 0, added: 0, removed: 0 },
    output: { same: false, a: { answer: 42 }, b: null },
  });
  expect(
    await problemOf(send(server.app, "GET", `/runs/${completed}/compare/${unknown}`)),
  ).toMatchObject({ status: 404, code: "not_found" });
});
