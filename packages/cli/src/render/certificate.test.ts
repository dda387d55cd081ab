import type { Certificate } from "@flotilla/core";
import { expect, test } from "vitest";
import { certificateText } from "./certificate.ts";

function certificateOf(changes: Partial<Certificate> = {}): Certificate {
  return {
    batchId: "bat_1",
    isFinal: true,
    makespanMs: 9_700,
    lowerBoundMs: 8_000,
    bounds: [{ of: "requests", bucket: "simulated/demo", ms: 8_000 }],
    gapPercent: 21.3,
    violations: [],
    refused: 0,
    waited: { requests: 33_400, identical_call: 200 },
    buckets: [],
    ...changes,
  };
}

test("a certificate says what bound the batch, and what its calls waited for", () => {
  expect(certificateText(certificateOf()).split("\n")).toEqual([
    "Took 9.7 s; no schedule takes less than 8.0 s (simulated/demo: requests a minute), +21.3 %.",
    "Limits exceeded: none; calls refused with 429: 0.",
    "Waits of all calls: requests 33.4 s, identical call 0.2 s.",
  ]);
});

test("a batch that took nothing of any limit has no bound to speak of", () => {
  const cached = certificateOf({ lowerBoundMs: 0, bounds: [], gapPercent: null, waited: {} });
  expect(certificateText(cached)).toContain("Took 9.7 s; no limit held it up.\n");
});
