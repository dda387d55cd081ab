import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text as readText } from "node:stream/consumers";
import { agentSpecSchema, newId, parseTraceParent, runTraceId } from "@flotilla/core";
import { startSimulator, type Simulator } from "@flotilla/models";
import { defineTool } from "@flotilla/tools";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { correlated, correlation, startRun, type Correlation } from "../src/index.ts";
import { openTestEngine, type TestEngine } from "./platform.ts";

let engine: TestEngine;
let simulator: Simulator;
let tap: Server;
const asked: string[] = [];
const seen: { traceParent: string; place: Correlation }[] = [];

const look = defineTool({
  name: "look",
  description: "Looks at what the call belongs to.",
  input: z.strictObject({}),
  output: z.string(),
  recovery: "idempotent",
  timeoutMs: 5_000,
  maxAttempts: 1,
  call: (_input, { traceParent }) => {
    seen.push({ traceParent, place: { ...correlation() } });
    return "seen";
  },
});

beforeAll(async () => {
  simulator = await startSimulator();
  tap = createServer((request, response) => {
    void (async () => {
      asked.push(String(request.headers.traceparent));
      const body = await readText(request);
      const answer = await fetch(`${simulator.url}${request.url}`, { method: "POST", body });
      const type = answer.headers.get("content-type") ?? "";
      response.writeHead(answer.status, { "content-type": type }).end(await answer.text());
    })();
  });
  tap.listen(0, "127.0.0.1");
  await once(tap, "listening");
  const baseURL = `http://127.0.0.1:${(tap.address() as AddressInfo).port}/v1`;
  const providers = { tapped: { kind: "openai", api: "chat", baseURL, apiKey: "key" } } as const;
  engine = await openTestEngine([look], undefined, { providers });
});
afterAll(async () => {
  await engine.close();
  await simulator.close();
  tap.close();
});

async function playRun(): Promise<string> {
  const turns = [{ calls: [{ tool: "look", input: {} }] }, { text: "end" }];
  const name = newId("agt").replace("_", "-");
  const spec = { name, model: "tapped/script", tools: ["look"] };
  const agent = agentSpecSchema.parse({ ...spec, instructions: JSON.stringify({ turns }) });
  await engine.store.agents.apply(agent, newId("agt"));
  return startRun(engine.store, { agent: name, input: { text: "go" } });
}

test("the trace of a request goes on in its run, its model calls and its tool calls", async () => {
  asked.length = 0;
  seen.length = 0;
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
  const runId = await correlated({ requestId: "req_1", traceId }, playRun);
  const run = await engine.until(runId, "completed");
  expect(run.traceId).toBe(traceId);
  const parents = [...asked, ...seen.map(({ traceParent }) => traceParent)].map(parseTraceParent);
  expect(parents.map((parent) => parent?.traceId)).toEqual([traceId, traceId, traceId]);
  expect(new Set(parents.map((parent) => parent?.spanId)).size).toBe(3);
  expect(seen[0]?.place).toEqual({ runId, traceId, step: 1 });
});

test("a run that came without a trace has one of its own, which nothing has to keep", async () => {
  asked.length = 0;
  const runId = await playRun();
  const run = await engine.until(runId, "completed");
  expect(run.traceId).toBe(runTraceId(runId));
  expect(asked.map((header) => parseTraceParent(header)?.traceId)).toEqual([
    run.traceId,
    run.traceId,
  ]);
  expect(JSON.stringify(await engine.events(runId))).not.toContain("traceId");
});
