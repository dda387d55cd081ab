import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";

let test: TestServer;
beforeAll(async () => void (test = await openTestServer()));
afterAll(() => test.close());

const openUntil = new Date(Date.now() + 60_000).toISOString();
const open = (model: string) =>
  test.store.targets.note([model], (health) => ({
    ...health,
    openUntil,
    failuresInARow: 5,
    failed: 5,
    answered: 15,
    lastError: { code: "model_overloaded", at: new Date().toISOString() },
  }));

describe("models", () => {
  it("are those of the configuration and those that were asked", async () => {
    await open("simulated/asked");
    const { providers, items } = await test.client.models.list();
    expect(providers).toMatchObject([
      { name: "simulated", kind: "simulated", ready: true },
      {
        name: "openai",
        kind: "openai",
        ready: false,
        problem: expect.stringContaining("OPENAI_API_KEY"),
      },
    ]);
    expect(items.map(({ model }) => model)).toEqual([
      "openai/gpt-5",
      "openai/gpt-5-mini",
      "simulated/asked",
      "simulated/demo",
    ]);
    expect(items[1]).toMatchObject({
      ready: false,
      price: { input: 250_000 },
      context: 400_000,
      breaker: "closed",
      health: null,
    });
    expect(items[2]).toMatchObject({ breaker: "open", health: { failed: 5 } });
  });

  it("have a breaker that a person can close", async () => {
    await open("simulated/broken");
    expect(await test.client.models.reset("simulated/broken")).toMatchObject({
      breaker: "closed",
      health: { openUntil: null, failuresInARow: 0, failed: 5 },
    });
    const problem = await problemOf(send(test.app, "POST", "/models/reset", { model: "p/never" }));
    expect(problem).toMatchObject({ status: 404, code: "not_found" });
  });
});

describe("routes", () => {
  it("show their targets in order, and why one would be passed over", async () => {
    await open("openai/gpt-5-mini");
    const { items } = await test.client.routes.list();
    expect(items.map(({ name, strategy }) => [name, strategy])).toEqual([
      ["support", "fallback"],
      ["thrifty", "cheapest"],
    ]);
    expect(items[0]?.targets).toMatchObject([
      {
        model: "openai/gpt-5-mini",
        can: false,
        breaker: "open",
        why: expect.stringMatching(/breaker is open for \d+ s: 5 failures.*model_overloaded/),
      },
      { model: "simulated/demo", can: true, why: null },
    ]);
  });

  it("can be tried without a call", async () => {
    const tested = await test.client.routes.test("thrifty", { text: "Hello" });
    expect(tested).toMatchObject({
      route: "thrifty",
      model: "simulated/demo",
      reason: "cheapest that can",
      candidates: [{ model: "simulated/demo" }, { model: "openai/gpt-5" }],
    });
    const tooLong = await test.client.routes.test("support", { inputTokens: 1_000_000 });
    expect(tooLong.candidates[0]).toMatchObject({
      can: false,
      why: expect.stringContaining("400000"),
    });
    const problem = await problemOf(send(test.app, "POST", "/routes/suport/test", {}));
    expect(problem).toMatchObject({
      code: "unknown_model",
      remedy: expect.stringContaining("route/support"),
    });
  });

  it("must exist when an agent names them", async () => {
    const apply = (model: string) => test.client.agents.apply({ name: "routed", model });
    expect(await apply("route/support")).toMatchObject({ version: 1 });
    await expect(apply("route/nowhere")).rejects.toMatchObject({ code: "unknown_model" });
  });
});

it("metrics tell calls, failovers and breakers by model", async () => {
  await open("simulated/metered");
  const text = await (await test.app.request("/metrics")).text();
  expect(text).toContain(
    'flotilla_target_calls_total{model="simulated/metered",outcome="answered"} 15',
  );
  expect(text).toContain('flotilla_target_failovers_total{model="simulated/metered"} 0');
  expect(text).toContain('flotilla_target_breaker{model="simulated/metered"} 2');
});
