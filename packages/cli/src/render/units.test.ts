import { describe, expect, test } from "vitest";
import { money } from "./money.ts";
import { bytes, compact, counted } from "./number.ts";
import { ago, between, duration } from "./time.ts";

describe("units for reading", () => {
  test.each([
    [0, "$0"],
    [12, "$0.000012"],
    [12_300, "$0.0123"],
    [999_900, "$0.9999"],
    [12_345_678, "$12.35"],
    [1_234_567_890, "$1,234.57"],
  ])("%i micro-USD is %s", (micros, text) => {
    expect(money(micros)).toBe(text);
  });

  test("a cost with an unknown part is a lower bound", () => {
    expect(money(12_300, true)).toBe("≥ $0.0123");
  });

  test.each([
    [0, "0 ms"],
    [850, "850 ms"],
    [4_200, "4.2 s"],
    [9_990, "10 s"],
    [59_700, "1 min"],
    [192_000, "3 min 12 s"],
    [7_500_000, "2 h 5 min"],
    [3_600_000, "1 h"],
    [180_000_000, "2 d 2 h"],
  ])("%i ms is %s", (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  test("times are relative", () => {
    const now = Date.parse("2026-01-02T00:00:00.000Z");
    expect(ago("2026-01-01T23:57:00.000Z", now)).toBe("3 min ago");
    expect(ago("2026-01-01T00:00:00.000Z", now)).toBe("1 d ago");
    expect(ago("2026-01-02T00:00:01.000Z", now)).toBe("now");
    expect(ago(null)).toBe("-");
    expect(between("2026-01-01T23:59:50.000Z", null, now)).toBe("10 s");
    expect(between(null, null)).toBe("-");
  });

  test("numbers are grouped, shortened and counted", () => {
    expect(counted(1_319, "row")).toBe("1,319 rows");
    expect(counted(1, "row")).toBe("1 row");
    expect([950, 12_300, 999_960, 4_600_000].map(compact)).toEqual([
      "950",
      "12.3k",
      "1.0M",
      "4.6M",
    ]);
    expect([512, 1_400, 25_000_000].map(bytes)).toEqual(["512 B", "1.4 kB", "25 MB"]);
  });
});
