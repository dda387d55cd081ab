import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import fc from "fast-check";
import { expect, inject, test } from "vitest";
import { lowerBoundMs } from "../src/fleet/limits.ts";
import type { FleetResult } from "../src/fleet/result.ts";
import { answerTo, promptsOf } from "../src/fleet/work.ts";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const options = ["fleet", "--quick", "--only", "flotilla-2,flotilla-learning", "--json"];

test(
  "the fleet's bench measures the platform's workers under limits",
  { timeout: 300_000 },
  async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [main, ...options], {
      env: { ...process.env, DATABASE_URL: inject("postgresUrl") },
    });
    const result = JSON.parse(stdout) as FleetResult;
    expect(result.work.prompts).toBe(100);
    // 100 prompts at 3,000 a minute are 2 s; their tokens must take longer, or one limit decides nothing.
    expect(result.lowerBoundMs).toBeGreaterThan(2_000);
    expect(result.lowerBoundMs).toBeLessThan(3_000);
    expect(result.contenders.map(({ key }) => key)).toEqual(["flotilla-2", "flotilla-learning"]);
    for (const { figures } of result.contenders) {
      expect(figures).toMatchObject({ answered: 100, provider: { answered: 100 } });
      expect(figures!.provider.tokens).toBe(result.work.tokens);
      // All but the burst of one second come at the rate.
      expect(figures!.makespanMs).toBeGreaterThan(result.lowerBoundMs - 1_000);
      const refused = Object.values(figures!.provider.refused).reduce(
        (sum, count) => sum + count,
        0,
      );
      expect(figures!.provider.requests).toBe(100 + refused);
    }
  },
);

test("nobody can be faster than the limit that takes longest", () => {
  const limits = { requestsPerMinute: 600, tokensPerMinute: 60_000, burstSeconds: 1 };
  expect(lowerBoundMs({ prompts: 500, tokens: 40_000 }, limits, 500)).toBe(50_000);
  expect(lowerBoundMs({ prompts: 500, tokens: 57_500 }, limits, 500)).toBe(57_500);
  expect(lowerBoundMs({ prompts: 1, tokens: 115 }, limits, 500)).toBe(500);
});

test("every prompt is another one, and has one answer of its own", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2_000 }), (count) => {
      const prompts = promptsOf(count);
      expect(new Set(prompts).size).toBe(count);
      expect(new Set(prompts.map(answerTo)).size).toBe(count);
    }),
    { numRuns: 20 },
  );
});
