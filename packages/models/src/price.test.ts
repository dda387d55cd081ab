import { expect, test } from "vitest";
import { openModels } from "./models.ts";
import { configuredPrice, listPrice } from "./price.ts";

const now = new Date("2026-06-01");

test("a listed model has its price in micro-USD per million tokens", () => {
  expect(listPrice("openai", "gpt-5-mini", now)).toEqual({
    input: 250_000,
    output: 2_000_000,
    cachedInput: 25_000,
  });
});

test("a price that changed is the one of the day", () => {
  expect(listPrice("openai", "o3", new Date("2025-06-01"))?.input).toBe(10_000_000);
  expect(listPrice("openai", "o3", now)?.input).toBe(2_000_000);
});

test("only exact ids count, not what looks like one", () => {
  expect(listPrice("openai", "gpt-4o-2024-08-06", now)).not.toBeNull();
  expect(listPrice("openai", "ft:gpt-4o-2024-08-06:me", now)).toBeNull();
  expect(listPrice("openai", "gpt-5-mini-turbo-9000", now)).toBeNull();
});

test("the configuration's price wins, and a self-hosted model without one has none", () => {
  const models = openModels(
    {
      providers: {
        openai: { kind: "openai" },
        ollama: { kind: "openai-compatible", baseURL: "http://127.0.0.1:11434/v1" },
        simulated: { kind: "simulated" },
      },
      prices: { "openai/gpt-5-mini": { input: 1, output: 2 } },
    },
    {},
  );
  expect(models.price("openai/gpt-5-mini")).toEqual({ input: 1, output: 2 });
  expect(models.price("ollama/llama3.2")).toBeNull();
  expect(models.price("simulated/demo")).toEqual({ input: 100_000, output: 400_000 });
});

test("a list price that rises with the prompt's length has its tiers", () => {
  const price = listPrice("google", "gemini-2.5-pro", now);
  expect(price).toMatchObject({
    input: 1_250_000,
    output: 10_000_000,
    tiers: [{ aboveInputTokens: 200_000, input: 2_500_000, output: 15_000_000 }],
  });
});

test("of configured prices the newest that holds already counts", () => {
  const versions = [
    { from: "2026-03-01", input: 3, output: 3 },
    { from: "2026-01-01", input: 1, output: 1 },
    { from: "2026-09-01", input: 9, output: 9 },
  ];
  expect(configuredPrice(versions, now)).toEqual({ input: 3, output: 3 });
  expect(configuredPrice(versions, new Date("2026-09-01"))).toEqual({ input: 9, output: 9 });
  expect(configuredPrice(versions, new Date("2025-12-31T23:59:59Z"))).toBeUndefined();
  expect(configuredPrice({ input: 1, output: 2 }, now)).toEqual({ input: 1, output: 2 });
});
