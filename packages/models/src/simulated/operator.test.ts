import { afterEach, describe, expect, test } from "vitest";
import { readServedModel } from "./served-model.ts";
import { startSimulator, type Simulator, type SimulatorOptions } from "./simulator.ts";

const open: Simulator[] = [];

async function simulate(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator(options);
  open.push(simulator);
  return simulator;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((part) => part.close()));
});

interface Said {
  model?: string;
  key?: string;
  path?: string;
  more?: object;
}

function say(simulator: Simulator, { model = "demo", key, path, more }: Said = {}) {
  return fetch(`${simulator.url}${path ?? "/v1/chat/completions"}`, {
    method: "POST",
    headers: key ? { authorization: `Bearer ${key}` } : {},
    body: JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }], ...more }),
  });
}

async function control(simulator: Simulator, change: object): Promise<number> {
  const response = await fetch(`${simulator.url}/simulator/control`, {
    method: "POST",
    body: JSON.stringify(change),
  });
  await response.arrayBuffer();
  return response.status;
}

async function stateOf(simulator: Simulator): Promise<unknown> {
  return (await fetch(`${simulator.url}/simulator/state`)).json();
}

describe("limits", () => {
  test("hold for each key at each model", async () => {
    const simulator = await simulate({ limits: { requestsPerMinute: 1 } });
    const statusOf = async (said: Said) => (await say(simulator, said)).status;
    expect(await statusOf({ key: "a" })).toBe(200);
    expect(await statusOf({ key: "a" })).toBe(429);
    expect(await statusOf({ key: "b" })).toBe(200);
    expect(await statusOf({ key: "a", model: "other" })).toBe(404);
    expect(await statusOf({})).toBe(200);
  });

  test("are told on every answer, streams included, in the style of the API", async () => {
    const simulator = await simulate({ limits: { requestsPerMinute: 2 } });
    const more = { stream: true };
    const answers = [await say(simulator, { more }), await say(simulator), await say(simulator)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    const left = answers.map(({ headers }) => headers.get("x-ratelimit-remaining-requests"));
    expect(left).toEqual(["1", "0", "0"]);
    const message = await say(simulator, {
      path: "/v1/messages",
      more: { max_tokens: 9 },
      key: "c",
    });
    expect(message.headers.get("anthropic-ratelimit-requests-limit")).toBe("2");
  });

  test("that are hidden are only known by their 429", async () => {
    const simulator = await simulate({ limits: { requestsPerMinute: 1, headers: "none" } });
    const names = [...(await say(simulator)).headers.keys()];
    expect(names.filter((name) => name.includes("ratelimit"))).toEqual([]);
    expect((await say(simulator)).headers.get("retry-after")).toMatch(/^\d+$/);
  });

  test("refuse a request above a minute's tokens without telling a time", async () => {
    const simulator = await simulate({ limits: { tokensPerMinute: 10 } });
    const content = "word ".repeat(20);
    const answer = await say(simulator, { more: { messages: [{ role: "user", content }] } });
    expect(answer.status).toBe(429);
    expect(answer.headers.has("retry-after")).toBe(false);
    expect(await answer.text()).toContain("Request too large");
  });
});

describe("state", () => {
  test("tells what came, what was refused and why, and the most at once", async () => {
    const limits = { requestsPerMinute: 3, concurrency: 2 };
    const simulator = await simulate({ latencyMs: 100, limits });
    await Promise.all([say(simulator), say(simulator), say(simulator)]);
    await say(simulator);
    await say(simulator);
    await say(simulator, { model: "unheard-of" });
    const demo = { requests: 5, answered: 3, limited: { concurrency: 1, requests: 1 } };
    const state = await stateOf(simulator);
    expect(state).toMatchObject({
      requests: 6,
      refused: 1,
      underWay: 0,
      peakConcurrency: 2,
      models: { demo, "unheard-of": { requests: 1, refused: 1, limited: {} } },
    });
    expect(simulator.state()).toEqual(state);
  });
});

describe("models under further names", () => {
  test("have a pace and limits of their own", async () => {
    const large = readServedModel("large?of=demo&rpm=1&latency-ms=80");
    const simulator = await simulate({
      served: Object.fromEntries([large]),
      limits: { concurrency: 9 },
    });
    const started = performance.now();
    const answer = await say(simulator, { model: "large" });
    expect(performance.now() - started).toBeGreaterThan(75);
    expect(await answer.json()).toMatchObject({ model: "large" });
    expect((await say(simulator, { model: "large" })).status).toBe(429);
    expect((await say(simulator)).status).toBe(200);
    const list = (await (await fetch(`${simulator.url}/v1/models`)).json()) as { data: unknown[] };
    expect(list.data).toMatchObject([
      { id: "demo" },
      { id: "script" },
      { id: "image" },
      { id: "large" },
    ]);
  });

  test("are refused with an option that does not exist", () => {
    expect(() => readServedModel("large?rmp=1")).toThrow(/large\?rmp=1[^]*rmp/);
    expect(() => readServedModel("?rpm=1")).toThrow("no name");
  });
});

describe("control", () => {
  test("a model that goes down resets its streams and refuses until it is up again", async () => {
    const simulator = await simulate({
      tokensPerSecond: 5,
      chunk: 4,
      served: { other: {}, large: { of: "demo" } },
    });
    const more = { stream: true };
    const broken = await say(simulator, { model: "large", more });
    const reader = broken.body?.getReader();
    await reader?.read();
    const untouched = await say(simulator, { model: "other", more });
    expect(await control(simulator, { model: "large", down: true })).toBe(200);
    const rest = async () => {
      while (!(await reader?.read())?.done);
    };
    await expect(rest()).rejects.toThrow("terminated");
    expect((await say(simulator, { model: "large" })).status).toBe(503);
    await untouched.body?.cancel();
    await control(simulator, { model: "large", down: false });
    const up = await say(simulator, { model: "large", more });
    expect(up.status).toBe(200);
    await up.body?.cancel();
    await expect
      .poll(() => simulator.state().models)
      .toMatchObject({ large: { faulted: 2, closed: 1 }, other: { closed: 1 } });
  });

  test("a fault strikes from now on, until it is taken back", async () => {
    const simulator = await simulate();
    await control(simulator, { fault: { kind: "http", status: 529 } });
    expect((await say(simulator)).status).toBe(529);
    await control(simulator, { fault: null });
    expect((await say(simulator)).status).toBe(200);
    expect(await control(simulator, { fault: { kind: "unheard-of" } })).toBe(400);
  });
});
