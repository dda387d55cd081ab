import { limitListSchema } from "@flotilla/api";
import { certificateSchema, newId } from "@flotilla/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";

let server: TestServer;
beforeAll(async () => void (server = await openTestServer()));
afterAll(() => server.close());

const why = "the provider is overloaded";

test("limits show each bucket with what is known of it, and metrics count its calls", async () => {
  const limits = { requestsPerMinute: 600 };
  const news = { limits, observed: null, pauseMs: 60_000, why, refused: 3 };
  await server.store.capacity.hear({ ...news, bucket: "p/m" });
  const answer = await send(server.app, "GET", "/limits");
  expect(answer.status).toBe(200);
  const { items } = limitListSchema.parse(await answer.json());
  expect(items).toMatchObject([
    {
      bucket: "p/m",
      limits: [{ of: "requests", perMinute: 600, source: "learned", used: 0 }],
      waiting: [],
      pausedWhy: why,
      refused: 3,
    },
  ]);
  const metrics = await (await server.app.request("/metrics")).text();
  expect(metrics).toContain('flotilla_capacity_refused{bucket="p/m"} 3');
});

test("a batch has a certificate from the start, and none that does not exist has one", async () => {
  await server.client.agents.apply({ name: "a", model: "simulated/demo" });
  const batch = await server.client.batches.create({ name: "b", agent: "a", template: "{{q}}" });
  const certificate = await server.client.batches.certificate(batch.id);
  expect(certificateSchema.parse(certificate)).toMatchObject({
    batchId: batch.id,
    isFinal: false,
    buckets: [],
  });
  const answer = await send(server.app, "GET", `/batches/${newId("bat")}/certificate`);
  expect(await problemOf(answer)).toMatchObject({ status: 404, code: "not_found" });
});
