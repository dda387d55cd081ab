import type { Budget } from "@flotilla/core";
import { describe, expect, test } from "vitest";
import { ask, platform, slow } from "./shared-platform.ts";

describe("budgets", slow, () => {
  test("are set, listed and removed", async () => {
    const set = ["budgets", "set", "user", "ann", "--limit", "$12.50", "--alert", "50"];
    const budget = await ask<Budget>(...set);
    expect(budget).toMatchObject({
      level: "user",
      name: "ann",
      organisation: "default",
      period: "month",
      limitMicros: 12_500_000,
      alertPercent: 50,
      state: "ok",
    });
    const { stdout } = await platform.flotilla(["budgets"]);
    expect(stdout).toMatch(/bud_\w+ +user +ann +default +month +\$0 +\$12\.50 +0 % +ok/);
    await ask("budgets", "remove", budget.id);
    expect((await ask<{ items: Budget[] }>("budgets", "list")).items).toEqual([]);
  });

  test("of something else are refused", async () => {
    expect(
      await platform.flotilla(["budgets", "set", "planet", "x", "--limit", "1"]),
    ).toMatchObject({
      code: 64,
      stderr: expect.stringContaining("organisation, user, agent, model"),
    });
    expect(
      await platform.flotilla(["budgets", "set", "model", "demo", "--limit", "1"]),
    ).toMatchObject({ code: 1, stderr: expect.stringContaining("provider/model") });
  });
});
