import { describe, expect, it } from "vitest";
import { backoffMs } from "./backoff.ts";

describe("backoffMs", () => {
  it("is uniform below a bound that doubles up to the cap", () => {
    const bounds = [1, 2, 3, 4, 5].map((attempt) => backoffMs(attempt, 100, 1_000, () => 0.9999));
    expect(bounds).toEqual([99, 199, 399, 799, 999]);
    expect(backoffMs(3, 100, 1_000, () => 0)).toBe(0);
  });
});
