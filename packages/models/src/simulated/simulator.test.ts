import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { userMessage, type Message } from "@flotilla/core";
import { afterEach, describe, expect, test } from "vitest";
import { ask, calculator, openTestModels, script } from "../../test/ask.ts";
import { openModels } from "../models.ts";
import { startSimulator, type Simulator, type SimulatorOptions } from "./simulator.ts";

const open: { close(): Promise<void> }[] = [];

async function simulate(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator(options);
  open.push(simulator);
  return simulator;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((part) => part.close()));
});

function post(simulator: Simulator, path: string, body: object): Promise<Response> {
  return fetch(`${simulator.url}${path}`, { method: "POST", body: JSON.stringify(body) });
}

const turns = JSON.stringify({ turns: [{ text: "Hello." }] });
const chat = { model: "script", messages: [{ role: "user", content: turns }] };

describe("the wire", () => {
  test("a chat stream has role, content, finish, usage when asked, and [DONE]", async () => {
    const simulator = await simulate();
    const body = { ...chat, stream: true, stream_options: { include_usage: true } };
    const response = await post(simulator, "/v1/chat/completions", body);
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const events = (await response.text()).trim().split("\n\n");
    expect(events.at(-1)).toBe("data: [DONE]");
    const data = events.slice(0, -1).map((event) => JSON.parse(event.slice(6)) as Chunk);
    expect(data.map(({ choices }) => choices[0]?.delta)).toEqual([
      { role: "assistant", content: "", refusal: null },
      { content: "Hello." },
      {},
      undefined,
    ]);
    expect(data.at(-2)?.choices[0]?.finish_reason).toBe("stop");
    expect(data.at(-1)?.usage).toMatchObject({ completion_tokens: 2 });
  });

  test("an Anthropic stream has its events in order", async () => {
    const simulator = await simulate();
    const body = { ...chat, max_tokens: 10, stream: true };
    const events = await (await post(simulator, "/v1/messages", body)).text();
    expect(Array.from(events.matchAll(/^event: (.*)$/gm), ([, name]) => name)).toEqual([
      "message_start",
      "content_block_start",
      "content_block_delta",
      "content_block_stop",
      "message_delta",
      "message_stop",
    ]);
  });

  test("a responses stream numbers its events and ends completed", async () => {
    const simulator = await simulate();
    const body = { model: "script", input: turns, stream: true };
    const events = await (await post(simulator, "/v1/responses", body)).text();
    const data = Array.from(
      events.matchAll(/^data: (.*)$/gm),
      ([, json]) => JSON.parse(json ?? "") as { type: string; sequence_number: number },
    );
    expect(data.map((event) => event.sequence_number)).toEqual([...data.keys()]);
    expect(data.map((event) => event.type)).toEqual([
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.content_part.added",
      "response.output_text.delta",
      "response.output_text.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.completed",
    ]);
  });

  test("without stream each format answers whole", async () => {
    const simulator = await simulate();
    const answer = async (path: string, body: object) => (await post(simulator, path, body)).json();
    expect(await answer("/v1/chat/completions", chat)).toMatchObject({
      object: "chat.completion",
      choices: [{ message: { content: "Hello." }, finish_reason: "stop" }],
    });
    expect(await answer("/v1/responses", { model: "script", input: turns })).toMatchObject({
      status: "completed",
      output: [{ type: "message", content: [{ text: "Hello." }] }],
    });
    expect(await answer("/v1/messages", { ...chat, max_tokens: 10 })).toMatchObject({
      type: "message",
      content: [{ type: "text", text: "Hello." }],
      stop_reason: "end_turn",
    });
  });

  test("models are listed; what is not of the API is refused with the reason", async () => {
    const simulator = await simulate();
    const list = (await (await fetch(`${simulator.url}/v1/models`)).json()) as { data: unknown[] };
    expect(list.data).toMatchObject([{ id: "demo" }, { id: "script" }, { id: "image" }]);
    const wrong = await post(simulator, "/v1/messages", chat);
    expect(wrong.status).toBe(400);
    expect(await wrong.text()).toContain("max_tokens");
    expect((await fetch(`${simulator.url}/other`)).status).toBe(404);
  });
});

describe("pace", () => {
  test("latency comes before the first byte, then tokens at their speed", async () => {
    const simulator = await simulate({ latencyMs: 60, tokensPerSecond: 200, chunk: 4 });
    const started = performance.now();
    const text = "word".repeat(30);
    const models = openTestModels(simulator.url);
    open.unshift(models);
    await ask(models, "compatible/script", { messages: [script({ text })] });
    const elapsed = performance.now() - started;
    expect(elapsed).toBeGreaterThan(60 + 145);
    expect(elapsed).toBeLessThan(2_000);
  });
});

describe("limits", () => {
  test("beyond the requests of a minute the caller is told when to come again", async () => {
    const simulator = await simulate({ limits: { requestsPerMinute: 2 } });
    const models = openTestModels(simulator.url);
    open.unshift(models);
    const say = () => ask(models, "compatible/script", { messages: [script({ text: "x" })] });
    await say();
    await say();
    const error = await say().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "model_rate_limited", transient: true });
    const { retryAfterMs } = error as { retryAfterMs: number };
    expect(retryAfterMs).toBeGreaterThan(20_000);
    expect(retryAfterMs).toBeLessThanOrEqual(30_000);
  });

  test("requests at once are bounded", async () => {
    const simulator = await simulate({ latencyMs: 100, limits: { concurrency: 2 } });
    const statuses = await Promise.all(
      [1, 2, 3].map(async () => (await post(simulator, "/v1/chat/completions", chat)).status),
    );
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 200, 429]);
  });
});

test("a fault with a count strikes that often and then lets the answer through", async () => {
  const simulator = await simulate();
  const models = openTestModels(simulator.url);
  open.unshift(models);
  const fault = { kind: "http", status: 503, times: 2 } as const;
  const say = () => ask(models, "compatible/script", { messages: [script({ text: "x", fault })] });
  await expect(say()).rejects.toMatchObject({ code: "model_overloaded" });
  await expect(say()).rejects.toMatchObject({ code: "model_overloaded" });
  expect((await say()).text).toBe("x");
});

test("the demo model does arithmetic with the calculator and tells the result", async () => {
  const models = openModels({ providers: { simulated: { kind: "simulated" } } }, {});
  open.push(models);
  const messages: Message[] = [userMessage("What is 48 / 2, and what is 1,200 * 3?")];
  const { completed } = await ask(models, "simulated/demo", { messages, tools: [calculator] });
  expect(completed.message.content).toMatchObject([
    { type: "text" },
    { tool: "calculator", input: { expression: "48 / 2" } },
    { tool: "calculator", input: { expression: "1200 * 3" } },
  ]);
  const result = (index: number, output: string) => ({
    callId: `c1-${index}`,
    tool: "calculator",
    output: { result: output },
    isError: false,
  });
  messages.push(completed.message, { role: "tool", results: [result(0, "24"), result(1, "3600")] });
  const { text } = await ask(models, "simulated/demo", { messages, step: 2 });
  expect(text).toBe("48 / 2 = 24\n1200 * 3 = 3600\n\nThe answer is 3600.");
});

test("as its own process it replays a recording and keeps a ledger of who asked what", async () => {
  const folder = await mkdtemp(join(tmpdir(), "simulator-"));
  const recording = join(folder, "tiny.jsonl");
  const log = join(folder, "log.jsonl");
  await writeFile(recording, JSON.stringify({ input: "Hello", turns: [{ text: "Hi." }] }));
  const main = new URL("./main.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [main, "--recording", recording, "--log", log], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const { url } = JSON.parse(line) as { url: string };
  const models = openModels({ providers: { recorded: { kind: "recorded", baseURL: url } } }, {});
  expect((await ask(models, "recorded/tiny", { runId: "run_9", step: 3 })).text).toBe("Hi.");
  await models.close();
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
  const entries = (await readFile(log, "utf8")).trim().split("\n");
  expect(entries.map((entry) => JSON.parse(entry) as unknown)).toMatchObject([
    { model: "tiny", runId: "run_9", step: 3, turn: 0, outcome: "answered", status: 200 },
  ]);
});

interface Chunk {
  choices: { delta: object; finish_reason: string | null }[];
  usage?: object | null;
}
