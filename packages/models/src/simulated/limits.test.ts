import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { limitHeaders } from "./limit-headers.ts";
import { Gate } from "./limits.ts";

describe("Gate", () => {
  test("in no stretch of time does more pass than the burst and the rate allow", () => {
    const arrivals = fc.array(
      fc.record({ afterMs: fc.nat(400), tokens: fc.integer({ min: 1, max: 300 }) }),
      {
        maxLength: 200,
      },
    );
    fc.assert(
      fc.property(arrivals, (requests) => {
        const gate = new Gate(
          { requestsPerMinute: 600, tokensPerMinute: 60_000, burstSeconds: 1 },
          0,
        );
        const passed: { at: number; tokens: number }[] = [];
        let now = 0;
        for (const { afterMs, tokens } of requests) {
          now += afterMs;
          if (gate.enter(tokens, now) === null) passed.push({ at: now, tokens });
        }
        for (const [index, first] of passed.entries()) {
          let tokens = 0;
          for (const [further, one] of passed.slice(index).entries()) {
            const seconds = (one.at - first.at) / 1_000;
            expect(further + 1).toBeLessThanOrEqual(10 + 10 * seconds + 1e-6);
            tokens += one.tokens;
            expect(tokens).toBeLessThanOrEqual(1_000 + 1_000 * seconds + 1e-3);
          }
        }
      }),
    );
  });

  test("who waits as long as it is told passes", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5_000 }), { maxLength: 100 }), (requests) => {
        const gate = new Gate(
          { requestsPerMinute: 90, tokensPerMinute: 7_000, burstSeconds: 2 },
          0,
        );
        let now = 0;
        for (const tokens of requests) {
          // Each limit may ask for a wait of its own, once.
          for (let asked = 0; asked < 3; asked++) {
            const refusal = gate.enter(tokens, now);
            if (refusal === null) break;
            expect(asked).toBeLessThan(2);
            now += refusal.retryAfterMs ?? Number.NaN;
          }
        }
      }),
    );
  });

  test("a request at the very rate is never refused by rounding", () => {
    const gate = new Gate({ requestsPerMinute: 420, burstSeconds: 1 }, 0);
    for (let index = 0; index < 7; index++) expect(gate.enter(1, 0)).toBeNull();
    for (let index = 1; index < 5_000; index++) {
      expect(gate.enter(1, (index * 60_000) / 420)).toBeNull();
    }
  });

  test("output tokens count once they are known, and must be regained", () => {
    const gate = new Gate({ outputTokensPerMinute: 600, burstSeconds: 1 }, 0);
    expect(gate.enter(5_000, 0)).toBeNull();
    gate.leave(40, 0);
    expect(gate.enter(5_000, 0)).toEqual({ cause: "output-tokens", retryAfterMs: 3_100 });
    expect(gate.enter(5_000, 3_100)).toBeNull();
  });

  test("tokens are not regained while the bucket is full, also by a call that is under way", () => {
    const gate = new Gate({ tokensPerMinute: 60_000, burstSeconds: 1 }, 0);
    expect(gate.enter(100, 0)).toBeNull();
    gate.leave(600, 5_000);
    expect(gate.levels(5_000)).toMatchObject([{ remaining: 400 }]);
  });

  test("what is larger than a minute's limit is refused for ever", () => {
    const gate = new Gate({ inputTokensPerMinute: 1_000, burstSeconds: 1 }, 0);
    expect(gate.enter(1_001, 0)).toEqual({ cause: "size", retryAfterMs: null });
    expect(gate.enter(1_000, 0)).toBeNull();
    expect(gate.enter(1, 0)).toMatchObject({ cause: "input-tokens" });
  });
});

describe("limitHeaders", () => {
  const now = Date.parse("2026-01-01T00:00:00.250Z");
  const gate = new Gate(
    { requestsPerMinute: 60, tokensPerMinute: 6_000, inputTokensPerMinute: 600 },
    now,
  );
  gate.enter(590, now);
  const levels = gate.levels(now);

  test("OpenAI tells requests and tokens, and times as Go writes them", () => {
    expect(limitHeaders("openai", levels, now)).toEqual({
      "x-ratelimit-limit-requests": "60",
      "x-ratelimit-remaining-requests": "59",
      "x-ratelimit-reset-requests": "1s",
      "x-ratelimit-limit-tokens": "6000",
      "x-ratelimit-remaining-tokens": "5410",
      "x-ratelimit-reset-tokens": "5.9s",
    });
  });

  test("Anthropic tells each kind of token, and times of the day", () => {
    expect(limitHeaders("anthropic", levels, now)).toMatchObject({
      "anthropic-ratelimit-requests-reset": "2026-01-01T00:00:01Z",
      "anthropic-ratelimit-tokens-remaining": "5410",
      "anthropic-ratelimit-input-tokens-limit": "600",
      "anthropic-ratelimit-input-tokens-remaining": "10",
      "anthropic-ratelimit-input-tokens-reset": "2026-01-01T00:00:59Z",
    });
  });

  test("Azure tells no times; hidden limits tell nothing", () => {
    expect(Object.keys(limitHeaders("azure", levels, now))).toEqual([
      "x-ratelimit-limit-requests",
      "x-ratelimit-remaining-requests",
      "x-ratelimit-limit-tokens",
      "x-ratelimit-remaining-tokens",
    ]);
    expect(limitHeaders("none", levels, now)).toEqual({});
  });
});
