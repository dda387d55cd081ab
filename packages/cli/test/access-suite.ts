import type { AccessRule, Organisation } from "@flotilla/core";
import { describe, expect, test } from "vitest";
import { ask, platform, slow } from "./shared-platform.ts";

describe("organisations, members and rules", slow, () => {
  test("organisations are created, renamed and acted in", async () => {
    const made = await ask<Organisation>("organisations", "create", "acme", "Acme");
    expect(made).toMatchObject({ id: "acme", name: "Acme" });
    const at = ["--organisation", "acme"];
    await ask("organisations", "rename", "acme", "Acme Ltd", ...at);
    const { stdout } = await platform.flotilla(["organisations"]);
    expect(stdout).toMatch(/acme +\S+ +Acme Ltd\ndefault +\S+ +Home/);
    expect(await ask("members", ...at)).toMatchObject({ items: [] });
    expect(await ask("agent", "list", ...at)).toMatchObject({ items: [] });
  });

  test("rules are added, asked and removed", async () => {
    const who = ["role:operator", "agents.run", "refund*", "--in", "prod"];
    const rule = await ask<AccessRule>("rules", "add", "deny", ...who);
    expect(rule).toMatchObject({ effect: "deny", resource: "refund*", environment: "prod" });
    const asked = ["rules", "check", "agents.run", "refunds", "--as", "role:operator"];
    const { stdout } = await platform.flotilla(asked);
    expect(stdout).toBe("no: a rule denies agents.run on refund*\n");
    await ask("rules", "remove", rule.id);
    expect(await ask("rules", "check", "agents.run", "refunds", "--as", "role:operator")).toEqual({
      allowed: true,
      reason: "the role operator has agents.run",
    });
  });

  test("what is no rule is refused before anything is sent", async () => {
    for (const [words, said] of [
      [["deny", "somebody", "agents.run"], "everyone, role:<role>, user:<id> or key:<id>"],
      [["deny", "everyone", "agents.fly"], 'no permission "agents.fly"'],
    ] as const) {
      expect(await platform.flotilla(["rules", "add", ...words])).toMatchObject({
        code: 64,
        stderr: expect.stringContaining(said),
      });
    }
  });
});
