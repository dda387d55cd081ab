import { readinessSchema, statusSchema } from "@flotilla/api";
import { newId } from "@flotilla/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bringTo, createRun } from "../../store/test/sample-run.ts";
import { openTestServer, type TestServer } from "./open-test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

test("the status tells of the database, the workers, the runs and the providers", async () => {
  const id = newId("wrk");
  await server.store.workers.register({ id, host: "h", pid: 7 });
  await server.store.workers.heartbeat({ id, activeRuns: 3, memoryBytes: 1_000 });
  await createRun(server.store);
  const status = statusSchema.parse(await server.client.status());
  expect(status).toMatchObject({ version: "1.2.3", database: { kind: "embedded" } });
  expect(status.workers).toEqual([expect.objectContaining({ id, activeRuns: 3, pid: 7 })]);
  expect(status.runs.pending).toBe(1);
  expect(status.providers).toEqual([
    { name: "simulated", ready: true, problem: null },
    { name: "openai", ready: false, problem: expect.stringContaining("OPENAI_API_KEY") },
  ]);
});

test("the tools are listed with what they take", async () => {
  const { items } = await server.client.tools.list();
  const calculator = items.find((tool) => tool.name === "calculator");
  expect(calculator).toMatchObject({ input: { type: "object" }, maxAttempts: expect.any(Number) });
});

test("a tool's breaker is shown with what became of its calls, and closed by hand", async () => {
  const { client, store } = server;
  const openUntil = new Date(Date.now() + 60_000).toISOString();
  await store.toolHealth.note(["default clock", "other clock"], (health) => ({
    ...health,
    failed: 5,
    openUntil,
  }));
  const clock = async () => (await client.tools.list()).items.find(({ name }) => name === "clock");
  expect(await clock()).toMatchObject({ breaker: "open", health: { failed: 5 } });
  expect(await client.tools.reset("clock")).toMatchObject({ breaker: "closed" });
  expect(await clock()).toMatchObject({ breaker: "closed", health: { failed: 5 } });
  const { all } = await store.toolHealth.list();
  expect(all.find(({ organisation }) => organisation === "other")).toMatchObject({ openUntil });
  await expect(client.tools.reset("hammer")).rejects.toMatchObject({ code: "unknown_tool" });
  const metrics = await (await server.app.request("/metrics")).text();
  expect(metrics).toContain('flotilla_tool_calls_total{tool="clock",outcome="failed"} 10');
  expect(metrics).toContain("flotilla_tool_breakers_open 1");
});

test("metrics count runs, workers, requests and the rows of running batches", async () => {
  const { client, store } = server;
  await client.agents.apply({ name: "a", model: "simulated/demo" });
  const batch = await client.batches.create({
    name: "b",
    agent: "a",
    template: "{{q}}",
    rows: [{ q: 1 }, {}],
    start: true,
  });
  await bringTo(store, await createRun(store), "completed");
  const answer = await server.app.request("/metrics");
  expect(answer.headers.get("content-type")).toContain("text/plain");
  const text = await answer.text();
  expect(text).toMatch(/^flotilla_runs\{status="completed"\} 1$/m);
  expect(text).toMatch(/^flotilla_workers 1$/m);
  expect(text).toMatch(/^flotilla_active_runs 3$/m);
  expect(text).toContain(`flotilla_batch_rows{batch="${batch.id}",status="failed"} 1`);
  expect(text).toMatch(
    /flotilla_http_request_duration_seconds_count\{method="POST",route="\/api\/v1\/batches",status="201"\} 1/,
  );
  expect(text).toContain("process_resident_memory_bytes");
});

test("the OpenAPI document is 3.1, names every route, and its references resolve", async () => {
  const document = await (await server.app.request("/openapi.json")).json();
  expect(document.openapi).toBe("3.1.0");
  const operations = Object.entries<object>(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const routes = server.app.routes
    .filter(({ method, path }) => method !== "ALL" && path.startsWith("/api/"))
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
  expect(new Set(operations.filter((one) => one.includes("/api/")))).toEqual(new Set(routes));
  const references = JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g);
  const names = new Set(Array.from(references, ([, name]) => name));
  expect(names).toContain("Run");
  for (const name of names) expect(document.components.schemas).toHaveProperty(name as string);
});

test("the documentation page loads only files of this server", async () => {
  const page = await (await server.app.request("/docs")).text();
  const files = Array.from(page.matchAll(/(?:src|href)="\.\/([^"]+)"/g), ([, file]) => `/${file}`);
  expect(files).toHaveLength(4);
  for (const file of files) expect((await server.app.request(file)).status).toBe(200);
  expect(page).not.toMatch(/<script>|<style>|https?:/);
  expect((await server.app.request("/docs/package.json")).status).toBe(404);
});

test("the server is live without its database, but not ready", async () => {
  const own = await openTestServer();
  const ready = async () => {
    const answer = await own.app.request("/readyz");
    return readinessSchema.parse(await answer.json());
  };
  const { status, checks } = await ready();
  expect(status).toBe("ready");
  expect(checks[0]).toMatchObject({ name: "database", ok: true });
  await own.close();
  expect((await own.app.request("/readyz")).status).toBe(503);
  expect((await own.app.request("/healthz")).status).toBe(200);
});
