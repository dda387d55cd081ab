import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@flotilla/api";
import type { Activity } from "@flotilla/core";
import { describe, expect, test } from "vitest";
import { ask, platform, slow } from "./shared-platform.ts";

describe("activity", slow, () => {
  test("says who started what, from where", async () => {
    await platform.flotilla(["run", "math", "What is 1 + 1?"]);
    await expect
      .poll(
        () =>
          ask<Page<Activity>>(
            "activity",
            "list",
            "--resource",
            "agents/math",
            "--action",
            "agents.run",
          ),
        { timeout: 20_000 },
      )
      .toMatchObject({
        items: [{ actor: { kind: "local" }, action: "agents.run", ip: "127.0.0.1" }],
      });
    const { stdout } = await platform.flotilla(["activity", "list", "--action", "agents.run"]);
    expect(stdout).toMatch(/^AT +WHO +FROM +ACTION +OUTCOME +ON/);
    expect(stdout).toMatch(/127\.0\.0\.1 +agents\.run +allowed +agents\/math/);
  });

  test("is exported into a file, which is there once it is whole", async () => {
    const folder = await mkdtemp(join(tmpdir(), "flotilla-activity-"));
    const out = join(folder, "activity.csv");
    const { code } = await platform.flotilla([
      ...["activity", "export", "--format", "csv"],
      ...["--outcome", "allowed", "--out", out],
    ]);
    const text = await readFile(out, "utf8");
    await rm(folder, { recursive: true });
    expect(code).toBe(0);
    expect(text).toMatch(/^at,id,organisation,.*\n.*,agents\.run,POST \/api\/v1\/runs,/s);
  });

  test("of a time that is none is refused", async () => {
    expect(await platform.flotilla(["activity", "list", "--from", "noon"])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining("--from takes a time"),
    });
  });
});
