import type { UsagePage } from "@flotilla/api";
import { describe, expect, test } from "vitest";
import { ask, platform, slow } from "./shared-platform.ts";

describe("usage", slow, () => {
  test("is told by agent, with runs, days and cost", async () => {
    await platform.flotilla(["run", "math", "What is 3 * 3?"]);
    const { items } = await ask<UsagePage>("usage", "--by", "agent", "--agent", "math");
    expect(items).toMatchObject([{ key: "math", activeDays: 1 }]);
    expect(items[0]?.runs).toBeGreaterThan(0);
    expect(items[0]?.costMicros).toBeGreaterThan(0);
    const { stdout } = await platform.flotilla(["usage", "--by", "agent"]);
    expect(stdout).toMatch(/^AGENT +RUNS +FAILED +DAYS/);
  });
});
