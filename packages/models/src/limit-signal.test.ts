import { expect, test } from "vitest";
import { limitSignal } from "./limit-signal.ts";

test("OpenAI's and Azure's headers are read", () => {
  const headers = {
    "x-ratelimit-limit-requests": "600",
    "x-ratelimit-remaining-requests": "599",
    "x-ratelimit-limit-tokens": "60000",
    "x-ratelimit-remaining-tokens": "59000",
    "x-ratelimit-reset-requests": "100ms",
  };
  expect(limitSignal(headers)).toEqual({
    limits: { requestsPerMinute: 600, tokensPerMinute: 60_000 },
    remaining: { requests: 599, tokens: 59_000 },
  });
  expect(limitSignal({ "x-ratelimit-remaining-requests": "7" })).toEqual({
    remaining: { requests: 7 },
  });
});

test("Anthropic's headers are read", () => {
  const headers = {
    "anthropic-ratelimit-requests-limit": "50",
    "anthropic-ratelimit-requests-remaining": "49",
    "anthropic-ratelimit-input-tokens-limit": "40000",
    "anthropic-ratelimit-output-tokens-limit": "8000",
    "anthropic-ratelimit-output-tokens-remaining": "0",
  };
  expect(limitSignal(headers)).toEqual({
    limits: { requestsPerMinute: 50, inputTokensPerMinute: 40_000, outputTokensPerMinute: 8_000 },
    remaining: { requests: 49, outputTokens: 0 },
  });
});

test("headers that say nothing, or nonsense, are no signal", () => {
  expect(limitSignal({ "content-type": "text/event-stream" })).toBeUndefined();
  expect(limitSignal({ "x-ratelimit-limit-requests": "many" })).toBeUndefined();
  expect(limitSignal({ "x-ratelimit-limit-requests": "0" })).toBeUndefined();
});
