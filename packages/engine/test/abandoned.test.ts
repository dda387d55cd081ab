import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestEngine, type TestEngine } from "./platform.ts";

/** A provider that takes requests and answers none. */
let silent: Server;
let requests = 0;
let test: TestEngine;
beforeAll(async () => {
  silent = createServer((request) => {
    request.resume();
    requests++;
  });
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const baseURL = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const silentModel = "silent/script";
  test = await openTestEngine([], undefined, {
    providers: { silent: { kind: "simulated", format: "openai-chat", baseURL } },
    routes: {
      sorted: {
        strategy: "by_class",
        targets: ["simulated/script"],
        classes: { letters: { targets: ["simulated/script"] } },
        classifier: { model: silentModel },
      },
      judged: {
        targets: ["simulated/script", "slow/script"],
        confidence: { minimum: 0.5, scorer: { kind: "model", model: silentModel } },
      },
    },
  });
});
afterAll(async () => {
  await test.close();
  silent.closeAllConnections();
  await new Promise((resolve) => silent.close(resolve));
});

const turns = [{ text: "end" }];
const booked = async (agent: string) => (await test.store.costs.read("agent", { agent })).totals;

/** Starts a run and waits until the silent provider has its next request. */
async function untilAsked(model: string): Promise<string> {
  const before = requests;
  const runId = await test.play(turns, { model });
  await expect.poll(() => requests, { timeout: 10_000 }).toBeGreaterThan(before);
  return runId;
}

it("a classifying call that is cut off by a cancel is charged", async () => {
  const runId = await untilAsked("route/sorted");
  await test.store.runs.cancel(runId, "person");
  const run = await test.until(runId, "cancelled");
  const abandoned = (await test.events(runId)).find(({ type }) => type === "call.abandoned");
  expect(abandoned).toMatchObject({
    call: { model: "silent/script", failed: true, usageEstimated: true },
    error: { code: "cancelled" },
  });
  expect(run.classified).toBeNull();
  expect(run.costMicros).toBeGreaterThan(0);
  expect(await booked(run.agentName)).toMatchObject({
    calls: 1,
    failedCalls: 1,
    costMicros: run.costMicros,
  });
  expect((await test.store.runs.get(runId)).costMicros).toBe(run.costMicros);
});

it("a judging call that is cut off by a worker's end is charged, and made again", async () => {
  const runId = await untilAsked("route/judged");
  const before = requests;
  await test.restart(0);
  await expect.poll(() => requests, { timeout: 10_000 }).toBeGreaterThan(before);
  await test.store.runs.cancel(runId, "person");
  const run = await test.until(runId, "cancelled");
  const events = await test.events(runId);
  expect(events.filter(({ type }) => type === "call.abandoned")).toHaveLength(2);
  expect(await booked(run.agentName)).toMatchObject({
    calls: 3,
    failedCalls: 2,
    costMicros: run.costMicros,
  });
});

it("an attempt whose worker ends while it waits for its turn costs nothing", async () => {
  const fault = { kind: "http", status: 429, retryAfter: "50", times: 1 };
  const refused = await test.play([{ text: "end", fault }], { model: "limited/script" });
  const failures = async () =>
    (await test.events(refused)).filter(({ type }) => type === "step.failed").length;
  await expect.poll(failures, { timeout: 10_000 }).toBe(1);
  const runId = await test.play(turns, { model: "limited/script" });
  const types = async () => (await test.events(runId)).map(({ type }) => type);
  await expect.poll(types, { timeout: 10_000 }).toContain("step.waiting");
  await test.restart(0);
  await expect.poll(types, { timeout: 10_000 }).toContain("step.failed");
  await test.endPauses();
  const run = await test.until(runId, "completed");
  const events = await test.events(runId);
  const abandoned = events.find(({ type }) => type === "step.failed");
  expect(abandoned).toMatchObject({ error: { code: "cancelled" }, retryInMs: 0 });
  expect(abandoned).not.toHaveProperty("usage");
  expect(await booked(run.agentName)).toMatchObject({
    calls: 1,
    failedCalls: 0,
    costMicros: run.costMicros,
  });
});
