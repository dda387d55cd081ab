import type { HealthComponents, Page } from "@flotilla/api";
import type { ErrorGroup } from "@flotilla/core";
import { describe, expect, test } from "vitest";
import { ask, platform, slow } from "./shared-platform.ts";

describe("health", slow, () => {
  test("says how each component is", async () => {
    const { items } = await ask<HealthComponents>("health");
    expect(items.map(({ component }) => component)).toEqual(
      expect.arrayContaining(["database", "queue", "workers", "memory", "disk:home"]),
    );
    const { stdout } = await platform.flotilla(["health", "show"]);
    expect(stdout).toMatch(/✓ database +ok/);
  });

  test("has a history", async () => {
    const { stdout } = await platform.flotilla(["health", "history", "--by", "sample"]);
    expect(stdout).toMatch(/^AT +COMPONENT +STATE +REASON/);
  });
});

describe("errors", slow, () => {
  test("are listed in groups, shown with the last one, and resolved", async () => {
    await platform.flotilla(["run", "broken", "What is 6 * 7?"]);
    const list = () =>
      ask<Page<ErrorGroup>>("errors", "list", "--source", "run", "--code", "model_rejected");
    await expect.poll(async () => (await list()).items.length, { timeout: 10_000 }).toBe(1);
    const [group] = (await list()).items;
    const id = group?.id as string;
    const { stdout } = await platform.flotilla(["errors", "show", id]);
    expect(stdout).toMatch(/code +model_rejected/);
    expect(stdout).toMatch(/run +run_/);
    await platform.flotilla(["errors", "resolve", id]);
    expect((await list()).items).toEqual([]);
  });
});
