import { localCaller, type Caller } from "@flotilla/core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openAccess } from "../src/access/access.ts";
import { openTestServer, problemOf, type TestServer } from "./open-test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  await server.client.agents.apply({ name: "asked", model: "simulated/demo" });
});

const run = { agent: "asked", input: { text: "6 * 7" } };

/** Sends JSON under a key. */
function keyed(app = server.app) {
  return async (method: string, path: string, key: string, body?: unknown, who = "someone") =>
    app.request(`/api/v1${path}`, {
      method,
      headers: {
        "idempotency-key": key,
        "x-who": who,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
}

const runsOf = async () => (await server.client.runs.list({ limit: 1_000 })).items.length;

test("the same request with the same key has the same answer, and one effect", async () => {
  const send = keyed();
  const before = await runsOf();
  const first = await send("POST", "/runs", "k1", run);
  expect(first.status).toBe(201);
  expect(first.headers.get("idempotent-replayed")).toBeNull();
  const again = await send("POST", "/runs", "k1", run);
  expect(again.status).toBe(201);
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  expect(again.headers.get("content-type")).toBe(first.headers.get("content-type"));
  expect(await again.json()).toEqual(await first.json());
  expect(await runsOf()).toBe(before + 1);
});

test("another request with the same key is refused: other body, address or method", async () => {
  const send = keyed();
  await send("POST", "/runs", "k2", run);
  const others = [
    await send("POST", "/runs", "k2", { ...run, input: { text: "7 * 8" } }),
    await send("POST", "/routes/support/test", "k2", run),
    await send("PUT", "/agents/asked", "k2", run),
  ];
  for (const other of others) {
    expect(await problemOf(other)).toMatchObject({ status: 409, code: "conflict" });
  }
});

test("of many at once one has the effect, and all have its answer", async () => {
  const send = keyed();
  const before = await runsOf();
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => send("POST", "/runs", "k3", run)),
  );
  const ids = await Promise.all(
    answers.map(async (answer) => ((await answer.json()) as { runId: string }).runId),
  );
  expect(new Set(ids).size).toBe(1);
  expect(answers.filter(({ headers }) => headers.has("idempotent-replayed"))).toHaveLength(11);
  expect(await runsOf()).toBe(before + 1);
});

test("what was refused leaves its key free", async () => {
  const send = keyed();
  const wrong = await send("POST", "/runs", "k4", { agent: "asked" });
  expect(wrong.status).toBe(400);
  expect((await send("POST", "/runs", "k4", { ...run, agent: "nobody" })).status).toBe(404);
  expect((await send("POST", "/runs", "k4", run)).status).toBe(201);
});

test("keys are a caller's own, in one environment", async () => {
  const access = {
    ...openAccess(),
    identify: async (request: { header(name: string): string | undefined }): Promise<Caller> => ({
      ...localCaller,
      kind: "user" as const,
      id: request.header("x-who") ?? "",
      environment: request.header("x-who") === "dev" ? ("dev" as const) : ("prod" as const),
    }),
  };
  const send = keyed(server.appWith({ access }));
  const idOf = async (who: string) =>
    ((await (await send("POST", "/runs", "k5", run, who)).json()) as { runId?: string }).runId;
  const [first, other, again] = [await idOf("a"), await idOf("b"), await idOf("a")];
  expect(again).toBe(first);
  expect(other).not.toBe(first);
});

test("a server that died after the effect: the next attempt finds the run, and makes no other", async () => {
  const { store } = server;
  // The process ends before the answer is kept: it is never kept, and the run is there.
  const dying = {
    ...store,
    requests: { ...store.requests, answered: () => new Promise<never>(() => undefined) },
  };
  const before = await runsOf();
  void keyed(server.appWith({ store: dying }))("POST", "/runs", "k6", run);
  await expect.poll(runsOf).toBe(before + 1);
  await store.pool.query(
    "UPDATE idempotency_key SET attempted_at = now() - interval '2 minutes' WHERE key = 'k6'",
  );
  const next = await keyed()("POST", "/runs", "k6", run);
  expect(next.status).toBe(201);
  const { runId } = (await next.json()) as { runId: string };
  expect((await server.client.runs.get(runId)).status).toBe("pending");
  expect(await runsOf()).toBe(before + 1);
});

test("where it cannot be known whether there was an effect, a person looks", async () => {
  const { store } = server;
  const dying = {
    ...store,
    requests: { ...store.requests, answered: () => new Promise<never>(() => undefined) },
  };
  const batch = { name: "b", agent: "asked", template: "{{q}}" };
  void keyed(server.appWith({ store: dying }))("POST", "/batches", "k7", batch);
  const count = async () => (await server.client.batches.list()).items.length;
  await expect.poll(count).toBe(1);
  await store.pool.query(
    "UPDATE idempotency_key SET attempted_at = now() - interval '2 minutes' WHERE key = 'k7'",
  );
  for (const _ of [1, 2]) {
    const problem = await problemOf(keyed()("POST", "/batches", "k7", batch));
    expect(problem).toMatchObject({ status: 409, code: "conflict" });
    expect(problem.remedy).toContain("new key");
  }
  expect(await count()).toBe(1);
});

test("after a day a key can be used for something else", async () => {
  const send = keyed();
  await send("POST", "/runs", "k8", run);
  await server.store.pool.query(
    "UPDATE idempotency_key SET created_at = now() - interval '25 hours' WHERE key = 'k8'",
  );
  const later = await send("POST", "/runs", "k8", { ...run, input: { text: "other" } });
  expect(later.status).toBe(201);
  await server.store.pool.query(
    "UPDATE idempotency_key SET created_at = now() - interval '25 hours' WHERE key = 'k8'",
  );
  await server.store.requests.deleteOld();
  const { rows } = await server.store.pool.query("SELECT FROM idempotency_key WHERE key = 'k8'");
  expect(rows).toHaveLength(0);
});

test("answers without a body are told again; keys that are none and uploads are refused", async () => {
  const send = keyed();
  expect((await send("DELETE", "/agents/asked", "k9")).status).toBe(204);
  const again = await send("DELETE", "/agents/asked", "k9");
  expect([again.status, again.headers.get("idempotent-replayed")]).toEqual([204, "true"]);
  for (const key of ["", "a b", "ä", "x".repeat(201)]) {
    expect(await problemOf(send("POST", "/runs", key, run))).toMatchObject({ status: 400 });
  }
  const upload = await server.app.request(`/api/v1/batches/bat_${"0".repeat(26)}/rows`, {
    method: "POST",
    headers: { "idempotency-key": "k10", "content-type": "text/csv" },
    body: "a\n1",
  });
  expect(await problemOf(upload)).toMatchObject({ status: 400, code: "invalid_request" });
});
