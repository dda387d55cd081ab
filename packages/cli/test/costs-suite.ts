import type { CostsAnswer } from "@flotilla/api";
import { describe, expect, test } from "vitest";
import { ask, platform, slow } from "./shared-platform.ts";

describe("costs", slow, () => {
  test("are told by agent, with what they come to", async () => {
    await platform.flotilla(["run", "math", "What is 6 * 7?"]);
    const costs = await ask<CostsAnswer>("costs", "--by", "agent", "--agent", "math");
    expect(costs.items).toMatchObject([{ key: "math", costIncomplete: false }]);
    expect(costs.totals.costMicros).toBeGreaterThan(0);
    const { stdout } = await platform.flotilla(["costs", "--by", "agent"]);
    expect(stdout).toMatch(/^AGENT +COST +CALLS/);
    expect(stdout).toMatch(/\nmath +\$0\.0/);
    expect(stdout).toMatch(/\ncost +\$0\.0/);
  });

  test("of a day that is none are refused", async () => {
    expect(await platform.flotilla(["costs", "--from", "soon"])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining("--from takes a day"),
    });
  });
});
