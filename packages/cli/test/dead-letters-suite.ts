import type { DeadLetterDetail, Page } from "@flotilla/api";
import type { DeadLetter, DeadLetterGroup } from "@flotilla/core";
import { describe, expect, test } from "vitest";
import { ask, platform, slow } from "./shared-platform.ts";

const groups = () => ask<Page<DeadLetterGroup>>("dead-letters", "--agent", "broken");
const letters = (...more: string[]) =>
  ask<Page<DeadLetter>>("dead-letters", "list", "--agent", "broken", ...more);

describe("dead letters", slow, () => {
  test("are grouped, shown, replayed and discarded", async () => {
    const before = (await letters("--limit", "1000")).items.length;
    await platform.flotilla(["run", "broken", "What is 7 * 8?"]);
    const [group] = (await groups()).items;
    expect(group).toMatchObject({ code: "model_rejected", count: before + 1 });
    const id = group?.example.id ?? "";
    const table = await platform.flotilla(["dead-letters"]);
    expect(table.stdout).toMatch(/^GROUP +LETTERS +LAST +CAUSE/);
    const { stdout } = await platform.flotilla(["dead-letters", "show", id]);
    expect(stdout).toMatch(/what to do +\S/);
    expect(stdout).toContain("run.failed");

    await platform.flotilla(["dead-letters", "replay", id]);
    await expect
      .poll(async () => (await ask<DeadLetterDetail>("dead-letters", "show", id)).retries, {
        timeout: 20_000,
      })
      .toBe(1);
    const discarding = ["dead-letters", "discard", "--group", group?.fingerprint ?? ""];
    const discarded = await platform.flotilla([...discarding, "--reason", "a test", "--yes"]);
    expect(discarded.stdout).toMatch(/letters? (is|are) discarded/);
    expect((await groups()).items).toEqual([]);
    const [last] = (await letters("--state", "discarded", "--limit", "1")).items;
    expect(last?.discarded).toMatchObject({ reason: "a test" });
  });

  test("have to be named", async () => {
    const replay = (...args: string[]) => platform.flotilla(["dead-letters", "replay", ...args]);
    expect(await replay()).toMatchObject({ code: 64, stderr: expect.stringContaining("Which") });
    expect(await replay("--all", "run_1")).toMatchObject({ code: 64 });
    expect(await replay("--all")).toMatchObject({
      code: 64,
      stderr: expect.stringContaining("--yes"),
    });
    expect(await replay("run_1", "--tool-result", "c1-0")).toMatchObject({ code: 64 });
  });
});
