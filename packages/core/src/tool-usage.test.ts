import fc from "fast-check";
import { expect, test } from "vitest";
import {
  addToolTimes,
  toolTimeBounds,
  toolTimeBucket,
  toolUsageOf,
  type ToolTime,
} from "./tool-usage.ts";

const none = Array.from({ length: toolTimeBounds.length + 1 }, () => 0);
const of = (ms: number): ToolTime => ({
  ...{ organisation: "default", environment: "prod", tool: "look", calls: 1, failed: 0 },
  ...{ cached: 0, waitedMs: 0, tookMs: ms, costMicros: 2 },
  buckets: none.with(toolTimeBucket(ms), 1),
});

test("a quantile is the bound under which that share of the calls lies", () => {
  const anyTimes = fc.array(fc.integer({ min: 0, max: 400_000 }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(anyTimes, (times) => {
      const usage = toolUsageOf(times.map(of).reduce(addToolTimes));
      expect(usage).toMatchObject({ calls: times.length, costMicros: 2 * times.length });
      for (const [quantile, share] of [
        [usage.p50Ms, 0.5],
        [usage.p95Ms, 0.95],
      ] as const) {
        const sorted = times.toSorted((a, b) => a - b);
        const exact = sorted[Math.ceil(share * times.length) - 1] ?? 0;
        const bound = toolTimeBounds.find((one) => exact <= one) ?? Math.max(...toolTimeBounds);
        expect(quantile).toBe(bound);
      }
    }),
  );
  expect(toolUsageOf({ ...of(1), calls: 0, buckets: none })).toMatchObject({
    meanMs: null,
    p50Ms: null,
  });
});
