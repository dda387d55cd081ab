import type { Status } from "@flotilla/api";
import { describe, expect, test } from "vitest";
import { ask, platform, slow } from "./shared-platform.ts";
import "./access-suite.ts";
import "./activity-suite.ts";
import "./agent-suite.ts";
import "./run-suite.ts";
import "./batch-suite.ts";
import "./cache-suite.ts";
import "./budgets-suite.ts";
import "./costs-suite.ts";
import "./connections-suite.ts";
import "./credentials-suite.ts";
import "./dead-letters-suite.ts";
import "./health-suite.ts";
import "./inbox-suite.ts";
import "./notifications-suite.ts";
import "./policy-suite.ts";
import "./routes-suite.ts";
import "./schedules-suite.ts";
import "./threads-suite.ts";
import "./usage-suite.ts";

describe("the platform", slow, () => {
  test("says how it is", async () => {
    const status = await ask<Status>("status");
    expect(status.database.kind).toBe("embedded");
    const { stdout } = await platform.flotilla(["status"]);
    expect(stdout).toContain("embedded Postgres");
  });

  test("is in order by the doctor's word", async () => {
    const { code, stdout } = await platform.flotilla(["doctor"]);
    expect(stdout).toMatch(/✓ workers +1 worker alive/);
    expect(stdout).not.toContain("✗");
    expect(code).toBe(0);
  });

  test("lists and shows its tools", async () => {
    const { items } = await ask<{ items: { name: string }[] }>("tool", "list");
    expect(items.map((tool) => tool.name)).toContain("calculator");
    expect((await platform.flotilla(["tool", "show", "calculator"])).stdout).toContain(
      "expression",
    );
    expect((await platform.flotilla(["tool", "reset", "calculator"])).stdout).toContain(
      "is closed",
    );
    expect(await platform.flotilla(["tool", "show", "hammer"])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no tool "hammer".*\nThere are: .*calculator/),
    });
  });
});

describe("the end of the platform", slow, () => {
  test("is 0 after Ctrl-C has drained it", async () => {
    expect(await platform.stop()).toBe(0);
  });
});
