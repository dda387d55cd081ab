import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text as readText } from "node:stream/consumers";
import type { ModelStep, Run } from "@flotilla/core";
import { startSimulator, type ProviderConfigInput, type Simulator } from "@flotilla/models";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRun } from "../src/index.ts";
import { openTestEngine, probe, type TestEngine } from "./platform.ts";

/** A request as it was on the wire, its keys in the order they were sent. */
type Body = Record<string, unknown>;

const echo = probe("echo", "idempotent", (text) => text);
let test: TestEngine;
let simulator: Simulator;
let tap: Server;
let bodies: Body[] = [];

beforeAll(async () => {
  simulator = await startSimulator({ promptCache: 1_024 });
  tap = createServer((request, response) => {
    void (async () => {
      const body = await readText(request);
      bodies.push(JSON.parse(body) as Body);
      const answer = await fetch(`${simulator.url}${request.url}`, { method: "POST", body });
      const type = answer.headers.get("content-type") ?? "";
      response.writeHead(answer.status, { "content-type": type });
      response.end(await answer.text());
    })();
  });
  tap.listen(0, "127.0.0.1");
  await once(tap, "listening");
  const baseURL = `http://127.0.0.1:${(tap.address() as AddressInfo).port}/v1`;
  const at = { baseURL, apiKey: "key" };
  const providers = {
    responses: { kind: "openai", ...at },
    chat: { kind: "openai", api: "chat", ...at },
    anthropic: { kind: "anthropic", ...at },
    unmarked: { kind: "anthropic", promptCache: false, ...at },
  } satisfies Record<string, ProviderConfigInput>;
  test = await openTestEngine([echo.tool], undefined, { providers });
});
afterAll(async () => {
  await test.close();
  await simulator.close();
  tap.close();
});

const turns = [
  { calls: [{ tool: "echo", input: { text: "a" } }] },
  { calls: [{ tool: "echo", input: { text: "b" } }] },
  { text: "end" },
];
const sentences = "A sentence of the instructions. ".repeat(200);
let agents = 0;

/** Plays two runs of one agent; gives their requests and model steps. */
async function playTwice(provider: string): Promise<{ sent: Body[]; steps: ModelStep[] }> {
  bodies = [];
  const instructions = `Agent ${++agents}. ${sentences}${JSON.stringify({ turns })}`;
  const spec = { model: `${provider}/script`, instructions, tools: ["echo"] };
  const first = await test.until(await test.play(turns, spec), "completed");
  const agent = first.agentName;
  const second = await startRun(test.store, { agent, input: { text: "something else" } });
  const runs = [first, await test.until(second, "completed")];
  return { sent: bodies, steps: runs.flatMap(modelSteps) };
}

const modelSteps = (run: Run) =>
  run.steps.filter((step): step is ModelStep => step.kind === "model");

/** The parts of a prompt in the order a provider reads them, as text; marks are no part of it. */
function partsOf(body: Body): { start: string; messages: string[] } {
  const { messages, input, ...start } = body;
  const list = (messages ?? input) as unknown[];
  return { start: plain(start), messages: list.map(plain) };
}

function plain(value: unknown): string {
  return JSON.stringify(value, (key, part: unknown) =>
    key === "cache_control" ? undefined : part,
  );
}

function marksOf(body: Body): number {
  return JSON.stringify(body).split('"cache_control"').length - 1;
}

describe.each(["responses", "chat", "anthropic"])("over %s", (provider) => {
  it("each call of a run begins with the one before, and each run of an agent like the others", async () => {
    const { sent, steps } = await playTwice(provider);
    expect(sent).toHaveLength(6);
    const [one, two, three, other] = sent.map(partsOf) as [Parts, Parts, Parts, Parts];
    expect(two.start).toBe(one.start);
    expect(three.start).toBe(one.start);
    expect(other.start).toBe(one.start);
    expect(two.messages.slice(0, one.messages.length)).toEqual(one.messages);
    expect(three.messages.slice(0, two.messages.length)).toEqual(two.messages);
    // What runs of an agent share is the instructions; the input of each comes after them.
    const shared = provider === "anthropic" ? 0 : 1;
    expect(other.messages.slice(0, shared)).toEqual(one.messages.slice(0, shared));
    expect(JSON.stringify(sent)).not.toMatch(/run_[0-9a-z]{26}/);

    const cached = steps.map((step) => step.usage?.cachedInputTokens ?? 0);
    expect(cached[0]).toBe(0);
    for (const tokens of cached.slice(1)) expect(tokens).toBeGreaterThanOrEqual(1_024);
  });
});

type Parts = ReturnType<typeof partsOf>;

it("Anthropic is told what to keep with at most four marks, and what it wrote is counted", async () => {
  const { sent, steps } = await playTwice("anthropic");
  for (const body of sent) {
    expect(marksOf(body)).toBeGreaterThanOrEqual(2);
    expect(marksOf(body)).toBeLessThanOrEqual(4);
  }
  const [first, ...others] = steps.map((step) => step.usage as Usage);
  expect(first).toMatchObject({ cachedInputTokens: 0 });
  expect(first?.cacheWriteTokens).toBeGreaterThan(1_024);
  for (const { inputTokens, cachedInputTokens, cacheWriteTokens } of others) {
    expect(cachedInputTokens).toBeGreaterThan(1_024);
    expect(cacheWriteTokens).toBeLessThan(200);
    expect(cachedInputTokens + cacheWriteTokens).toBeLessThanOrEqual(inputTokens);
  }
});

type Usage = NonNullable<ModelStep["usage"]>;

it("OpenAI is told which agent version asks, and nobody anything where it is off", async () => {
  const { sent } = await playTwice("responses");
  const keys = new Set(sent.map((body) => body["prompt_cache_key"]));
  expect([...keys]).toEqual([expect.stringMatching(/^agt_[0-9a-z]{26}@1$/)]);
  const plainly = await playTwice("unmarked");
  expect(plainly.sent.map(marksOf)).toEqual([0, 0, 0, 0, 0, 0]);
});
