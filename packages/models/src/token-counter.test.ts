import { FlotillaError, userMessage, type ModelRequest } from "@flotilla/core";
import { expect, it } from "vitest";
import { ContextWindows } from "./context-windows.ts";
import { encodingOf, TokenCounter } from "./token-counter.ts";

const text = "The quick brown fox jumps over the lazy dog. ".repeat(40);
const request = (model: string, content = text): ModelRequest => ({
  model,
  instructions: "Answer.",
  messages: [userMessage(content)],
  tools: [],
  settings: {},
  step: 1,
  runId: "run_1",
});

it("corrects its estimates by what the provider counts, for that model, within bounds", () => {
  const counter = new TokenCounter();
  const before = counter.count(request("a/x"));
  for (let i = 0; i < 20; i++) counter.learn(request("a/x"), Math.round(before * 1.3));
  expect(counter.count(request("a/x"))).toBeCloseTo(before * 1.3, -1);
  expect(counter.count(request("a/y"))).toBe(before);
  for (let i = 0; i < 100; i++) counter.learn(request("a/x"), before * 50);
  expect(counter.count(request("a/x"))).toBeLessThanOrEqual(before * 2);
});

it("counts as OpenAI's tokenizer does, and takes no long time for one long word", async () => {
  const counter = new TokenCounter();
  // 10 tokens a sentence, and the message's own.
  expect(await counter.countExactly(request("openai/gpt-5"), "o200k")).toBeGreaterThan(400);
  expect(await counter.countExactly(request("openai/gpt-5"), "o200k")).toBeLessThan(420);
  const word = "q7Zx".repeat(50_000);
  expect(await counter.countExactly(request("openai/gpt-5", word), "o200k")).toBeGreaterThan(
    50_000,
  );
  expect(
    ["gpt-4o", "gpt-4.1-mini", "o3", "gpt-5", "gpt-4-turbo", "gpt-3.5-turbo"].map(encodingOf),
  ).toEqual(["o200k", "o200k", "o200k", "o200k", "cl100k", "cl100k"]);
});

it("counts a special token's name as the text it is", async () => {
  const named = request("openai/gpt-5", "<|endoftext|>");
  expect(await new TokenCounter().countExactly(named, "o200k")).toBeGreaterThan(6);
});

it("knows windows from the configuration, then of the exact id, and no others", () => {
  const windows = new ContextWindows({ "vllm/small": 4_096, lab: 8_192, "openai/gpt-4o": 64_000 });
  expect(windows.of("openai/gpt-4o", "openai")).toBe(64_000);
  expect(windows.of("lab/any", "openai-compatible")).toBe(8_192);
  expect(windows.of("openai/gpt-5-mini", "openai")).toBe(400_000);
  expect(windows.of("openai/gpt-5-mini-of-mine", "openai")).toBeNull();
  expect(windows.of("vllm/other", "openai-compatible")).toBeNull();
});

it.each([
  ["This model's maximum context length is 8192 tokens. However, you requested 9001.", 8_192],
  ["prompt is too long: 201234 tokens > 200000 maximum", 200_000],
  ["The input token count (9000) exceeds the maximum number of tokens allowed (8000).", 8_000],
  ["Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 40000.", 30_000],
  ["Your input exceeds the context window of this model.", 9_000],
])("learns the window from a refusal: %s", (message, window) => {
  const windows = new ContextWindows({});
  windows.refused(
    "lab/x",
    "openai-compatible",
    new FlotillaError("context_overflow", message),
    10_000,
  );
  expect(windows.of("lab/x", "openai-compatible")).toBe(window);
  const later = new FlotillaError("context_overflow", "maximum context length is 1000000");
  windows.refused("lab/x", "openai-compatible", later, 10_000);
  expect(windows.of("lab/x", "openai-compatible")).toBe(window);
});
