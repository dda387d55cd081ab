import { expect, test } from "vitest";
import { mendAnthropicUsage, mendUsage } from "./mend-usage.ts";

test("counts stay; what is none becomes -1", () => {
  const good = 'data: {"usage":{"prompt_tokens":12,"completion_tokens": 0}}\n';
  expect(mendUsage(good)).toBe(good);
  for (const bad of [
    "-4",
    '"NaN"',
    '"12"',
    "NaN",
    "Infinity",
    "-Infinity",
    "1e300",
    "1.5",
    "true",
  ]) {
    expect(mendUsage(`{"usage":{"prompt_tokens": ${bad},"completion_tokens":3}}`)).toBe(
      '{"usage":{"prompt_tokens": -1,"completion_tokens":3}}',
    );
  }
});

test("what a model writes about tokens is not touched", () => {
  const text = JSON.stringify({ content: 'Set {"max_tokens": "many", "top_tokens": -1}.' });
  expect(mendUsage(text)).toBe(text);
});

test("a nested null stays null", () => {
  const usage = '{"usage":{"cached_tokens":null,"details":{"audio_tokens":-1}}}';
  expect(mendUsage(usage)).toBe(usage);
});

test("Anthropic's events get the usage that their reader requires", () => {
  const start =
    'data: {"type":"message_start","message":{"id":"m","type":"message","content":[]}}\n';
  const delta = 'data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{}}\n';
  const mended = (lines: string) =>
    JSON.parse(mendAnthropicUsage(lines).replace("data: ", "")) as Record<string, unknown>;
  expect(mended(start)).toMatchObject({ message: { id: "m", usage: { input_tokens: -1 } } });
  expect(mended(delta)).toMatchObject({
    delta: { stop_reason: "end_turn" },
    usage: { output_tokens: -1 },
  });
  const whole = 'data: {"type":"message_delta","delta":{},"usage":{"output_tokens":4}}\n';
  expect(mendAnthropicUsage(whole)).toBe(whole);
});
