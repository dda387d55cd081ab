import type { CacheFigures } from "@flotilla/core";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ask, platform, slow } from "./shared-platform.ts";

describe("the cache", slow, () => {
  test("answers a second time, says what it saved, and forgets", async () => {
    const file = join(platform.folder, "repeater.json");
    const agent = { name: "repeater", model: "simulated/demo", cache: true };
    await writeFile(file, JSON.stringify(agent));
    await platform.flotilla(["agent", "apply", "-f", file]);
    const first = await platform.flotilla(["run", "repeater", "Say it twice"]);
    const second = await platform.flotilla(["run", "repeater", "Say it twice"]);
    expect(second.stdout).toBe(first.stdout);
    await expect
      .poll(() => ask<CacheFigures>("cache", "show"), { timeout: 5_000 })
      .toMatchObject({ entries: 1, hits: 1, misses: 1 });
    const { stdout } = await platform.flotilla(["cache", "show"]);
    expect(stdout).toMatch(/hits +1 of 2 calls \(50 %\)/);
    expect((await platform.flotilla(["cache", "clear"])).stdout).toContain("1 answer forgotten");
    expect(await ask<CacheFigures>("cache", "show")).toMatchObject({ entries: 0, hits: 1 });
  });
});
