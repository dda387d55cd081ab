import {
  breakerState,
  routesSchema,
  type ErrorCode,
  type RouteSpecInput,
  type TargetRequest,
} from "@flotilla/core";
import { systemClock } from "@flotilla/engine";
import { openModels, openRouter, type Router } from "@flotilla/models";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../store/test/open-test-store.ts";
import { targetRequest } from "../../models/test/target-request.ts";

let test: TestStore;
/** As on two workers. */
let one: Router;
let two: Router;
const log: string[] = [];
const providers = { p: { kind: "openai-compatible", baseURL: "http://127.0.0.1:9/v1" } } as const;
const models = openModels({ providers, prices: {} }, {});
const routes: Record<string, RouteSpecInput> = {
  chain: { targets: ["p/a", "p/b", "p/c"] },
  windows: {
    targets: [
      { model: "p/small", context: 4_000 },
      { model: "p/large", context: 9_000 },
      { model: "p/blind", context: 99_000, tools: false },
    ],
  },
  refusing: { targets: ["p/a", "p/b"], onRefusal: "next" },
};
let number = 0;

function open(): Router {
  const note = (_fields: object, message: string) => void log.push(message);
  return openRouter({
    routes: routesSchema.parse(routes),
    models,
    targets: test.store.targets,
    clock: systemClock,
    random: () => 0.5,
    log: { debug: note, info: note, warn: note, error: note },
    breaker: { openMs: 300, longestOpenMs: 600 },
  });
}

beforeAll(async () => void (test = await openTestStore()));
beforeEach(async () => {
  await test.store.pool.query("DELETE FROM target_health");
  [one, two] = [open(), open()];
  return async () => {
    await Promise.all([one.close(), two.close()]);
  };
});
afterAll(() => test.drop());

const request = (changed: Partial<TargetRequest> = {}) =>
  targetRequest({ name: "route/chain", runId: `run_${++number}`, ...changed });
const after = (...failed: [string, ErrorCode][]) =>
  request({ failed: failed.map(([model, code]) => ({ model: `p/${model}`, code })) });
const chosen = async (router: Router, asked = request()) => (await router.choose(asked)).model;
const fail = (
  router: Router,
  model: string,
  times: number,
  code: ErrorCode = "model_unavailable",
) => {
  for (let i = 0; i < times; i++) router.report(model, { kind: "failed", code });
};
const answer = (router: Router, model: string) =>
  router.report(model, { kind: "answered", firstTokenMs: 10, ms: 110, outputTokens: 20 });
const health = async (model: string) => {
  const { now, targets } = await test.store.targets.list();
  const found = targets.find((target) => target.model === model);
  return found && { ...found, state: breakerState(found, now) };
};

describe("a call that is too long for every window", () => {
  const long = (changed: Partial<TargetRequest> = {}) =>
    request({ name: "route/windows", inputTokens: 20_000, needsTools: true, ...changed });
  const overflow = { model: "p/large", code: "context_overflow" } as const;

  it("goes to the largest of those that could take it, to be made shorter", async () => {
    const target = await one.choose(long());
    expect(target).toMatchObject({ model: "p/large", context: 9_000 });
    expect(target.choice?.reason).toMatch(/largest context, 9000 tokens.*summarised/);
    expect(target.choice?.passedOver).toMatchObject([
      { model: "p/small", why: expect.stringContaining("do not fit") },
    ]);
    expect(await chosen(one, long({ inputTokens: 3_000 }))).toBe("p/small");
    expect(await chosen(one, long({ needsTools: false }))).toBe("p/blind");
  });

  it("goes to the next smaller one when that one is down", async () => {
    fail(one, "p/large", 5);
    expect(await chosen(one, long())).toBe("p/small");
  });

  it("is made shorter once for a target that found it too long, and then fails", async () => {
    const once = long({ failed: [overflow] });
    expect(one.afterFailure(once)).toBe("by_error");
    expect(await chosen(one, once)).toBe("p/large");
    const twice = long({ failed: [overflow, overflow] });
    expect(one.afterFailure(twice)).toBe("another");
    const all = { model: "p/small", code: "context_overflow" } as const;
    const ended = long({ failed: [overflow, overflow, all, all] });
    expect(one.afterFailure(ended)).toBe("by_error");
    await expect(one.choose(ended)).rejects.toMatchObject({ code: "route_exhausted" });
  });
});

describe("within a step", () => {
  it("a model that is no route is its own target", async () => {
    expect(await one.choose(request({ name: "p/x" }))).toEqual({ model: "p/x" });
    expect(one.afterFailure({ ...after(["x", "model_unavailable"]), name: "p/x" })).toBe(
      "by_error",
    );
  });

  it("each target has its turn before one is asked again", async () => {
    const asked = after(["a", "model_unavailable"]);
    expect(one.afterFailure(asked)).toBe("another");
    const { model, choice } = await one.choose(asked);
    expect(model).toBe("p/b");
    expect(choice).toMatchObject({
      route: "chain",
      reason: "number 2 of the chain",
      passedOver: [{ model: "p/a", why: "it failed in this step with model_unavailable" }],
    });
    const all = after(
      ["a", "model_timeout"],
      ["b", "model_overloaded"],
      ["c", "model_unavailable"],
    );
    expect(one.afterFailure(all)).toBe("later");
    expect(await chosen(one, all)).toBe("p/a");
  });

  it("a target that cannot be used is passed over for good, and the rest go on", async () => {
    const broke = after(["b", "model_unavailable"], ["a", "model_quota_exhausted"]);
    expect(await chosen(one, broke)).toBe("p/c");
    const rest = after(
      ["b", "model_unavailable"],
      ["c", "model_unavailable"],
      ["a", "unknown_model"],
    );
    expect(one.afterFailure(rest)).toBe("later");
    const none = after(
      ["a", "unknown_model"],
      ["b", "credentials_missing"],
      ["c", "capacity_never"],
    );
    expect(one.afterFailure(none)).toBe("by_error");
    await expect(one.choose(none)).rejects.toMatchObject({
      code: "route_exhausted",
      transient: false,
    });
  });

  it("what no target could do better is not asked of another", () => {
    expect(one.afterFailure(after(["a", "model_rejected"]))).toBe("by_error");
    expect(one.afterFailure(after(["a", "limit_wall_time"]))).toBe("by_error");
    expect(one.afterFailure(after(["a", "model_refused"]))).toBe("by_error");
    const refused = { ...after(["a", "model_refused"]), name: "route/refusing" };
    expect(one.afterFailure(refused)).toBe("another");
  });

  it("a short rate limit is waited for, a long pause makes it the turn of the next", async () => {
    const limited = after(["a", "model_rate_limited"]);
    one.report("p/a", { kind: "failed", code: "model_rate_limited", retryAfterMs: 500 });
    expect(one.afterFailure(limited)).toBe("later");
    expect(await chosen(one, limited)).toBe("p/a");
    one.report("p/a", { kind: "failed", code: "model_rate_limited", retryAfterMs: 60_000 });
    expect(one.afterFailure(limited)).toBe("another");
    expect(await chosen(one, limited)).toBe("p/b");
    // Others learn of the pause; it says nothing against the target's health.
    await expect.poll(() => chosen(two)).toBe("p/b");
    expect(await health("p/a")).toMatchObject({ failed: 0, state: "closed" });
  });
});

describe("the breaker of a target", () => {
  it("is shared: what one worker sees makes the others go elsewhere", async () => {
    expect(await chosen(two)).toBe("p/a");
    fail(one, "p/a", 5);
    await expect.poll(() => chosen(two)).toBe("p/b");
    expect(await health("p/a")).toMatchObject({ state: "open", failed: 5, failuresInARow: 5 });
  });

  it("adds up what several workers see", async () => {
    fail(one, "p/a", 3);
    fail(two, "p/a", 2);
    await expect.poll(async () => (await health("p/a"))?.state).toBe("open");
  });

  it("lets one probe through in the whole fleet; its answer closes it for all", async () => {
    await Promise.all([chosen(one), chosen(two)]);
    fail(one, "p/a", 5);
    await expect.poll(async () => (await health("p/a"))?.state).toBe("half_open");
    await Promise.all([one, two].map((router) => router.plan(request())));
    const asked = await Promise.all(
      Array.from({ length: 40 }, (_, i) => chosen(i % 2 ? one : two)),
    );
    expect(asked.filter((model) => model === "p/a")).toHaveLength(1);
    answer(one, "p/a");
    answer(two, "p/a");
    await expect.poll(async () => (await health("p/a"))?.state).toBe("closed");
    await expect.poll(() => chosen(one)).toBe("p/a");
    await expect.poll(() => chosen(two)).toBe("p/a");
  });

  it("stays open for longer when the probe fails", async () => {
    fail(one, "p/a", 5);
    await expect.poll(async () => (await health("p/a"))?.state).toBe("half_open");
    await one.plan(request());
    expect(await chosen(one)).toBe("p/a");
    fail(one, "p/a", 1);
    await expect.poll(async () => (await health("p/a"))?.opened).toBe(2);
    expect(await chosen(one)).toBe("p/b");
  });

  it("when all are open, the route says when to come again", async () => {
    for (const model of ["p/a", "p/b", "p/c"]) fail(one, model, 5);
    const error = await one.choose(request()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "route_exhausted", transient: true });
    const { retryAfterMs } = error as { retryAfterMs: number };
    expect(retryAfterMs).toBeGreaterThan(200);
    expect(retryAfterMs).toBeLessThanOrEqual(300);
  });

  it("does not mind failures that speak of the call", async () => {
    for (const code of ["context_overflow", "model_refused", "model_rejected"] as const) {
      fail(one, "p/a", 9, code);
    }
    expect(await chosen(one)).toBe("p/a");
  });
});

it("while the database is away, what is known stays, and nothing is lost", async () => {
  const { note, list, onChange } = test.store.targets;
  let isAway = false;
  const away = () => Promise.reject(new Error("away"));
  const router = openRouter({
    routes: routesSchema.parse(routes),
    models,
    targets: {
      onChange,
      list: () => (isAway ? away() : list()),
      note: (...args) => (isAway ? away() : note(...args)),
    },
    clock: systemClock,
    random: () => 0.5,
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
  isAway = true;
  fail(router, "p/a", 5);
  expect(await chosen(router)).toBe("p/b");
  await router.plan(request());
  isAway = false;
  await expect.poll(async () => (await health("p/a"))?.failed, { timeout: 5_000 }).toBe(5);
  await router.close();
});

it("a route is checked by its targets: one that could work is enough", () => {
  const config = { p: providers.p, openai: { kind: "openai", apiKeyEnv: "NO_KEY" } } as const;
  const router = openRouter({
    routes: routesSchema.parse({
      some: { targets: ["openai/gpt-5-mini", "p/a"] },
      none: { targets: ["openai/gpt-5-mini"] },
    }),
    models: openModels({ providers: config }, {}),
    targets: test.store.targets,
    clock: systemClock,
    random: () => 0.5,
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
  expect(() => router.check("route/some")).not.toThrow();
  expect(() => router.check("route/none")).toThrow(
    expect.objectContaining({ code: "credentials_missing" }),
  );
  expect(() => router.check("route/sum")).toThrow(
    expect.objectContaining({ code: "unknown_model" }),
  );
});
