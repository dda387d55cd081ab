import { noUsage } from "@flotilla/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";

let server: TestServer;
beforeAll(async () => void (server = await openTestServer()));
afterAll(() => server.close());

const keep = (organisation: string, hash: string) =>
  server.store.cache.keep(
    { organisation, hash },
    {
      message: { role: "assistant", content: [{ type: "text", text: "hello" }] },
      finish: "stop",
      model: "simulated/demo",
      usage: noUsage,
      costMicros: 7,
      createdAt: 0,
    },
    60,
  );

it("says what the cache holds and has saved, and forgets it, by organisation or as a whole", async () => {
  const { client, store } = server;
  const nothing = { entries: 0, bytes: 0, hits: 0, shared: 0, misses: 0, savedMicros: 0 };
  expect(await client.cache.get()).toEqual(nothing);
  await keep("acme", "a");
  await keep("acme", "b");
  await keep("other", "a");
  const counts = { organisation: "acme", hits: 3, shared: 1, misses: 2, savedMicros: 28 };
  await store.cache.count([counts], []);
  expect(await client.cache.get()).toMatchObject({ entries: 3, hits: 3, savedMicros: 28 });
  expect(await client.cache.get({ organisation: "other" })).toMatchObject({ entries: 1, hits: 0 });
  expect(await client.cache.clear({ organisation: "acme" })).toEqual({ cleared: 2 });
  expect(await client.cache.get()).toMatchObject({ entries: 1, hits: 3 });
  expect(await client.cache.clear()).toEqual({ cleared: 1 });
});

it("refuses a name that no organisation can have", async () => {
  const problem = await problemOf(send(server.app, "GET", "/cache?organisation=A%20b"));
  expect(problem).toMatchObject({ code: "invalid_request", status: 400 });
});

it("is in the metrics", async () => {
  await server.store.cache.count(
    [{ organisation: "metered", hits: 5, shared: 4, misses: 3, savedMicros: 2 }],
    [],
  );
  const text = await (await server.app.request("/metrics")).text();
  const { hits, shared, misses, savedMicros } = await server.client.cache.get();
  expect(text).toContain(`flotilla_cache_calls_total{outcome="hit"} ${hits}\n`);
  expect(text).toContain(`flotilla_cache_calls_total{outcome="shared"} ${shared}\n`);
  expect(text).toContain(`flotilla_cache_calls_total{outcome="miss"} ${misses}\n`);
  expect(text).toContain(`flotilla_cache_saved_micro_usd_total ${savedMicros}\n`);
  expect(text).toContain("flotilla_cache_entries 0\n");
});
