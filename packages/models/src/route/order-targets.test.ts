import { routesSchema, type Price, type RouteSpecInput, type TargetRequest } from "@flotilla/core";
import { describe, expect, test } from "vitest";
import { targetRequest } from "../../test/target-request.ts";
import { orderTargets, type TargetFacts } from "./order-targets.ts";

const prices: Record<string, Price> = {
  "p/dear": { input: 10_000_000, output: 30_000_000 },
  "p/fair": { input: 1_000_000, output: 2_000_000 },
  // Cheap to read, dear to write: the call decides.
  "p/writes": { input: 10_000, output: 20_000_000 },
};
const speeds: Record<string, { firstTokenMs: number; tokensPerSecond: number }> = {
  "p/quick": { firstTokenMs: 100, tokensPerSecond: 100 },
  "p/eager": { firstTokenMs: 10, tokensPerSecond: 20 },
};
const facts: TargetFacts = {
  price: (model) => prices[model] ?? null,
  speed: (model) => speeds[model] ?? null,
  random: () => 0.5,
};

function order(
  routes: Record<string, RouteSpecInput>,
  request: Partial<TargetRequest> = {},
  changed: Partial<TargetFacts> = {},
) {
  return orderTargets(routesSchema.parse(routes), "r", targetRequest(request), {
    ...facts,
    ...changed,
  });
}
const models = (...of: Parameters<typeof order>) =>
  order(...of).candidates.map(({ target }) => target.model);

describe("a route", () => {
  test("by fallback keeps the order of its targets", () => {
    const { candidates } = order({ r: { targets: ["p/a", "p/b"] } });
    expect(candidates.map(({ reason }) => reason)).toEqual([
      "first of the chain",
      "number 2 of the chain",
    ]);
  });

  test("names each target once, also those of routes within it", () => {
    const routes = {
      r: { targets: ["p/a", "route/inner", "p/b"] },
      inner: { targets: ["p/b", "p/c", "p/a"] },
    };
    expect(models(routes)).toEqual(["p/a", "p/b", "p/c"]);
  });

  test("by price asks the cheapest for this call, and the unknown price last", () => {
    const r = {
      strategy: "cheapest",
      targets: ["p/unknown", "p/dear", "p/writes", "p/fair"],
    } as const;
    expect(models({ r: { ...r, targets: [...r.targets] } }, { inputTokens: 100 })).toEqual([
      "p/fair",
      "p/writes",
      "p/dear",
      "p/unknown",
    ]);
    expect(models({ r: { ...r, targets: [...r.targets] } }, { inputTokens: 50_000 })[0]).toBe(
      "p/writes",
    );
  });

  test("by speed counts the whole answer, and what was not measured comes last", () => {
    const r: RouteSpecInput = { strategy: "fastest", targets: ["p/new", "p/eager", "p/quick"] };
    expect(models({ r })).toEqual(["p/quick", "p/eager", "p/new"]);
    expect(order({ r }).candidates[2]?.reason).toBe("not measured lately");
  });

  test("by speed now and then asks another, to know how fast it is", () => {
    const r: RouteSpecInput = { strategy: "fastest", targets: ["p/new", "p/eager", "p/quick"] };
    const numbers = [0.01, 0.9];
    const { candidates } = order({ r }, {}, { random: () => numbers.shift() ?? 0 });
    expect(candidates[0]).toMatchObject({
      target: { model: "p/new" },
      reason: "to measure its speed",
    });
    expect(candidates).toHaveLength(3);
  });

  test("by weight splits runs in proportion, and the same run the same way", () => {
    const targets = [
      { model: "p/a", weight: 1 },
      { model: "p/b", weight: 3 },
      { model: "p/never", weight: 0 },
    ];
    const first = (n: number) =>
      models({ r: { strategy: "weighted", targets } }, { runId: `run_${n}` });
    const counts = { "p/a": 0, "p/b": 0 };
    for (let n = 0; n < 4_000; n++) counts[first(n)[0] as keyof typeof counts]++;
    expect(counts["p/b"] / 4_000).toBeGreaterThan(0.72);
    expect(counts["p/b"] / 4_000).toBeLessThan(0.78);
    expect(first(7)).toEqual(first(7));
    expect(first(7)).toHaveLength(2);
  });

  test("by class goes by the first rule that fits: words, an expression, an agent", () => {
    const r: RouteSpecInput = {
      strategy: "by_class",
      targets: ["p/any"],
      classes: {
        sums: { match: [{ regex: "\\d+ *[-+*/] *\\d+" }, "calculate"], targets: ["p/sums"] },
        letters: { match: [{ agent: "clerk" }], targets: ["route/letters"] },
      },
    };
    const routes = { r, letters: { targets: ["p/l1", "p/l2"] } };
    expect(order(routes, { text: "What is 6 * 7?" })).toMatchObject({ taskClass: "sums" });
    expect(models(routes, { text: "Please CALCULATE it." })).toEqual(["p/sums"]);
    expect(models(routes, { agentName: "clerk" })).toEqual(["p/l1", "p/l2"]);
    expect(models(routes)).toEqual(["p/any"]);
    expect(order(routes)).not.toHaveProperty("taskClass");
    // What a model found counts where no rule fits.
    expect(models(routes, { taskClass: "letters" })).toEqual(["p/l1", "p/l2"]);
    expect(models(routes, { taskClass: "letters", text: "1+1" })).toEqual(["p/sums"]);
  });

  test("of an escalated run begins at its new target; the others come after it", () => {
    const r: RouteSpecInput = { targets: ["p/a", "p/b", "p/c"] };
    expect(models({ r }, { pinned: "p/b" })).toEqual(["p/b", "p/c", "p/a"]);
    expect(models({ r }, { pinned: "p/gone" })).toEqual(["p/a", "p/b", "p/c"]);
  });
});
