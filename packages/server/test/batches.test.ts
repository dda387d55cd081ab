import { batchPageSchema, type BatchCreate } from "@flotilla/api";
import { batchProgressSchema } from "@flotilla/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
  await server.client.agents.apply({ name: "a", model: "simulated/demo" });
  await server.client.agents.apply({ name: "keyless", model: "openai/gpt-5-mini" });
});
afterAll(() => server.close());

const draft: BatchCreate = { name: "b", agent: "a", template: "{{q}}" };
const post = (body: object) => send(server.app, "POST", "/batches", { ...draft, ...body });
const unknown = `bat_${"0".repeat(26)}`;

test("a batch begins as a draft without rows", async () => {
  const answer = await post({ budgetUsd: 0.000_000_1 });
  expect(answer.status).toBe(201);
  expect(batchProgressSchema.parse(await answer.json())).toMatchObject({
    status: "draft",
    rows: 0,
    concurrency: 100,
    budgetMicros: 1,
    etaSeconds: null,
  });
});

test("rows given with the batch start right away, and a bad one keeps its error", async () => {
  const batch = await server.client.batches.create({
    ...draft,
    rows: [{ q: "1+1" }, { x: 2 }, { q: 3, extra: null }],
    start: true,
  });
  expect(batch).toMatchObject({ status: "running", rows: 3 });
  expect(batch.counts).toMatchObject({ pending: 2, failed: 1 });
  const { items } = await server.client.batches.rows(batch.id);
  expect(items[1]).toMatchObject({
    row: 2,
    line: null,
    status: "failed",
    error: { code: "row_invalid", message: 'Row 2: no column "q".' },
  });
});

test.each([
  ["whose first row lacks a column", { rows: [{ x: 1 }] }, 400, "invalid_request"],
  ["that starts without rows", { start: true }, 400, "invalid_request"],
  ["of an unknown agent", { agent: "nobody" }, 404, "not_found"],
  [
    "that starts without the key",
    { agent: "keyless", rows: [{ q: 1 }], start: true },
    409,
    "credentials_missing",
  ],
  ["with a NUL character in its name", { name: "a\0b" }, 400, "invalid_request"],
  ["with a budget beyond all bounds", { budgetUsd: 1e300 }, 400, "invalid_request"],
])("a batch %s is refused and not created", async (_what, body, status, code) => {
  const before = await server.client.batches.list();
  expect(await problemOf(post(body))).toMatchObject({ status, code });
  expect((await server.client.batches.list()).items).toHaveLength(before.items.length);
});

test("a batch is started, paused, resumed, changed, cancelled and retried", async () => {
  const { batches } = server.client;
  const { id } = await batches.create({ ...draft, rows: [{ q: 1 }] });
  expect(await batches.act(id, "start")).toMatchObject({ status: "running" });
  expect(await batches.act(id, "pause")).toMatchObject({ status: "paused", pausedBy: "person" });
  expect(await batches.act(id, "resume")).toMatchObject({ status: "running", pausedBy: null });
  expect(await batches.change(id, { concurrency: 3, budgetUsd: 1.5 })).toMatchObject({
    concurrency: 3,
    priority: 5,
    budgetMicros: 1_500_000,
  });
  expect(await batches.change(id, { budgetUsd: null })).toMatchObject({ budgetMicros: null });
  const cancelled = await batches.act(id, "cancel");
  expect(cancelled).toMatchObject({ status: "cancelled", counts: { cancelled: 1 } });
  expect(await batches.act(id, "retry")).toMatchObject({
    status: "running",
    counts: { pending: 1 },
  });
});

test("an action that the status does not allow is a conflict", async () => {
  const { id } = await server.client.batches.create(draft);
  for (const action of ["pause", "resume", "retry"]) {
    const problem = await problemOf(send(server.app, "POST", `/batches/${id}/${action}`));
    expect(problem).toMatchObject({ status: 409, code: "conflict" });
  }
  expect(await problemOf(send(server.app, "POST", `/batches/${id}/start`))).toMatchObject({
    status: 400,
    detail: expect.stringContaining("no rows"),
  });
});

test("a draft whose provider has no key is not started", async () => {
  const { id } = await server.client.batches.create({
    ...draft,
    agent: "keyless",
    rows: [{ q: 1 }],
  });
  const problem = await problemOf(send(server.app, "POST", `/batches/${id}/start`));
  expect(problem).toMatchObject({ code: "credentials_missing" });
  expect(await server.client.batches.get(id)).toMatchObject({ status: "draft" });
});

test("a draft of an archived agent is not started", async () => {
  const { agents, batches } = server.client;
  await agents.apply({ name: "gone", model: "simulated/demo" });
  const { id } = await batches.create({ ...draft, agent: "gone", rows: [{ q: 1 }] });
  await agents.archive("gone");
  expect(await problemOf(send(server.app, "POST", `/batches/${id}/start`))).toMatchObject({
    status: 409,
    detail: expect.stringContaining("archived"),
  });
});

test("batches are listed newest first, page by page, each once", async () => {
  const all = (await server.client.batches.list({ limit: 1_000 })).items.map((batch) => batch.id);
  expect(all).toEqual(all.toSorted().toReversed());
  const listed: string[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: 2, ...(cursor !== undefined && { cursor }) };
    const page = batchPageSchema.parse(await server.client.batches.list(query));
    listed.push(...page.items.map((batch) => batch.id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(listed).toEqual(all);
});

test.each([
  ["GET", ""],
  ["PATCH", ""],
  ["POST", "/start"],
  ["POST", "/cancel"],
  ["GET", "/rows"],
  ["GET", "/export"],
  ["GET", "/stream"],
])("%s %s of a batch that does not exist is not found", async (method, path) => {
  const body = method === "PATCH" ? { priority: 1 } : undefined;
  const problem = await problemOf(send(server.app, method, `/batches/${unknown}${path}`, body));
  expect(problem).toMatchObject({ status: 404, code: "not_found" });
});
