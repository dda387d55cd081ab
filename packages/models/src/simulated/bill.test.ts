import { costMicros, type Price, type Usage } from "@flotilla/core";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { ask, openTestModels, providerNames, requestOf, script } from "../../test/ask.ts";
import type { Models } from "../models.ts";
import { chargeMicros, readPrice } from "./bill.ts";
import type { LedgerEntry } from "./ledger.ts";
import { startSimulator, type Simulator, type SimulatorOptions } from "./simulator.ts";

const open: { close(): Promise<void> }[] = [];

async function simulate(
  options: SimulatorOptions = {},
): Promise<{ simulator: Simulator; models: Models; ledger: LedgerEntry[] }> {
  const ledger: LedgerEntry[] = [];
  const onRequest = (entry: LedgerEntry) => void ledger.push(entry);
  const simulator = await startSimulator({ onRequest, ...options });
  const models = openTestModels(simulator.url);
  open.push(models, simulator);
  return { simulator, models, ledger };
}

afterEach(async () => {
  for (const part of open.splice(0)) await part.close();
});

const price: Price = {
  input: 2_500_000,
  output: 10_000_000,
  cachedInput: 250_001,
  cacheWrite: 3_125_000,
};

describe("chargeMicros", () => {
  const count = fc.nat(10_000_000);
  const usages = fc.record({
    inputTokens: count,
    cachedInputTokens: count,
    cacheWriteTokens: count,
    outputTokens: count,
    reasoningTokens: count,
  });
  const perMillion = fc.nat(100_000_000);
  const prices = fc.record(
    { input: perMillion, output: perMillion, cachedInput: perMillion, cacheWrite: perMillion },
    { requiredKeys: ["input", "output"] },
  ) as fc.Arbitrary<Price>;

  test("is what the platform's own arithmetic says", () => {
    fc.assert(
      fc.property(usages, prices, (usage, some) => {
        expect(chargeMicros({ as: "answered", usage }, some)).toBe(costMicros(usage, some));
      }),
    );
  });

  test("a batch costs half, rounded up once", () => {
    fc.assert(
      fc.property(usages, prices, (usage, some) => {
        const whole = chargeMicros({ as: "answered", usage }, some);
        const half = chargeMicros({ as: "batch", usage }, some);
        expect(half * 2 - whole).toBeOneOf([-1, 0, 1]);
      }),
    );
    const usage = { ...noTokens, outputTokens: 1 };
    expect(chargeMicros({ as: "batch", usage }, { input: 0, output: 2_000_001 })).toBe(2);
  });

  test("reads a price as it is given on the command line", () => {
    expect(readPrice("2500000:10000000:250001:3125000")).toEqual(price);
    expect(readPrice("1:2")).toEqual({ input: 1, output: 2 });
    for (const wrong of ["1", "1:2:3:4:5", "1:-2", "1:2.5", "a:b"]) {
      expect(() => readPrice(wrong)).toThrow("micro-USD");
    }
  });
});

const noTokens: Usage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};

/** A prompt of about so many tokens. */
function prompt(tokens: number, seed: string): string {
  return seed.padEnd(tokens * 4, "lorem ipsum ");
}

describe("the bill", () => {
  test("equals the cost of the usage that was told, to the micro-unit, over mixed calls", async () => {
    const { simulator, models } = await simulate({ price, promptCache: 128 });
    let cost = 0;
    const calls = Array.from({ length: 200 }, async (_, index) => {
      const provider = providerNames[index % providerNames.length] ?? "";
      const turn = {
        text: "word ".repeat(index % 40),
        ...(index % 3 === 0 && { reasoning: "hm ".repeat(index % 30) }),
      };
      const instructions = prompt(64 * (index % 5), `group ${index % 7}`);
      const { completed } = await ask(models, `${provider}/script`, {
        instructions,
        messages: [script(turn)],
      });
      cost += costMicros(completed.usage, price) ?? Number.NaN;
    });
    await Promise.all(calls);
    const bill = simulator.bill();
    expect(bill.micros).toBe(cost);
    expect(bill.requests).toBe(200);
    expect(bill.by.cached?.requests).toBeGreaterThan(20);
    expect(bill.usage.reasoningTokens).toBeGreaterThan(0);
    expect(bill.models["script"]).toEqual({
      requests: 200,
      usage: bill.usage,
      micros: cost,
      by: bill.by,
    });
  });

  test("has an aborted stream at its input and what was sent until then", async () => {
    const { simulator, models, ledger } = await simulate({ price, tokensPerSecond: 100, chunk: 8 });
    const stop = new AbortController();
    let heard = "";
    const request = requestOf("compatible/script", {
      messages: [script({ text: "word".repeat(300) })],
    });
    await expect(async () => {
      for await (const part of models.stream(request, stop.signal)) {
        if (part.type === "text") heard += part.text;
        if (heard.length >= 80) stop.abort();
      }
    }).rejects.toMatchObject({ code: "cancelled" });
    await expect.poll(() => ledger.length).toBe(1);
    const [entry] = ledger;
    expect(entry).toMatchObject({ outcome: "closed", usage: { inputTokens: entry?.inputTokens } });
    expect(entry?.outputTokens).toBeGreaterThanOrEqual(20);
    expect(entry?.outputTokens).toBeLessThan(250);
    expect(entry?.costMicros).toBe(costMicros(entry?.usage ?? noTokens, price));
    expect(simulator.bill().by).toEqual({
      aborted: { requests: 1, usage: entry?.usage, micros: entry?.costMicros },
    });
  });

  test("has nothing for what the provider itself refused or broke, all for a whole answer", async () => {
    const { simulator, models, ledger } = await simulate({ price });
    const say = async (fault: object, calls = false) => {
      const turn = calls
        ? { calls: [{ tool: "calculator", input: {} }] }
        : { text: "word ".repeat(9) };
      const messages = [script({ ...turn, fault: fault as never })];
      await expect(ask(models, "compatible/script", { messages })).rejects.toThrow(
        "compatible/script",
      );
    };
    await say({ kind: "http", status: 503 });
    await say({ kind: "eof", after: 1 });
    await say({ kind: "no_terminal" });
    expect(simulator.bill()).toMatchObject({ requests: 0, micros: 0, by: {} });
    expect(ledger.map(({ usage }) => usage)).toEqual([null, null, null]);
    await say({ kind: "bad_arguments" }, true);
    expect(simulator.bill()).toMatchObject({ requests: 1, by: { faulted: { requests: 1 } } });
    expect(simulator.bill().micros).toBeGreaterThan(0);
  });

  test("is told to the simulator's operator, and prices models on their own", async () => {
    const served = { large: { of: "script", price: { input: 1_000_000, output: 0 } } };
    const { simulator, models } = await simulate({ served });
    const { completed } = await ask(models, "compatible/large", {
      messages: [script({ text: "x" })],
    });
    const bill = (await (await fetch(`${simulator.url}/simulator/bill`)).json()) as object;
    expect(bill).toEqual(simulator.bill());
    expect(bill).toMatchObject({ micros: completed.usage.inputTokens });
  });
});
