import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { certify, type BucketUse } from "./certificate.ts";

const use: BucketUse = {
  bucket: "p/m",
  limits: { requestsPerMinute: 600, tokensPerMinute: 60_000 },
  requests: 500,
  inputTokens: 30_000,
  cachedInputTokens: 0,
  outputTokens: 15_000,
  costMicros: 0,
  peakRequests: 500,
  peakTokens: 45_000,
  refused: 0,
  waited: { requests: 1_000 },
};
const measures = { batchId: "bat_1", isFinal: true, makespanMs: 52_000, criticalPathMs: 2_000 };

describe("a certificate", () => {
  it("is bound by the limit that takes longest", () => {
    expect(certify({ ...measures, buckets: [use] })).toMatchObject({
      lowerBoundMs: 50_000,
      gapPercent: 4,
      violations: [],
      bounds: [
        { of: "requests", ms: 50_000 },
        { of: "tokens", ms: 45_000 },
        { of: "critical_path" },
      ],
    });
  });

  it("is bound by the longest run where nothing is limited", () => {
    const buckets = [{ ...use, limits: {} }];
    const { bounds, gapPercent } = certify({ ...measures, criticalPathMs: 26_000, buckets });
    expect(bounds).toEqual([{ of: "critical_path", bucket: null, ms: 26_000 }]);
    expect(gapPercent).toBe(100);
  });

  it("names limits that were exceeded within a minute", () => {
    const buckets = [{ ...use, peakRequests: 640, refused: 3 }];
    const { violations, refused } = certify({ ...measures, buckets });
    expect(violations).toEqual([{ bucket: "p/m", of: "requests" }]);
    expect(refused).toBe(3);
  });

  it("never bounds from below by less for more work", () => {
    const amount = fc.integer({ min: 0, max: 1e6 });
    fc.assert(
      fc.property(amount, amount, amount, (requests, inputTokens, more) => {
        const one = { ...use, requests, inputTokens };
        const other = { ...one, requests: requests + more, inputTokens: inputTokens + more };
        const less = certify({ ...measures, buckets: [one] }).lowerBoundMs;
        expect(certify({ ...measures, buckets: [other] }).lowerBoundMs).toBeGreaterThanOrEqual(
          less,
        );
      }),
    );
  });
});
