import type { ModelList, RouteItem, RouteTested } from "@flotilla/api";
import { describe, expect, test } from "vitest";
import { ask, platform, slow } from "./shared-platform.ts";

describe("routes", slow, () => {
  test("are listed when nothing more is said, and shown with their targets", async () => {
    const { items } = await ask<{ items: RouteItem[] }>("routes");
    expect(items.map(({ name, strategy }) => [name, strategy])).toEqual([["sums", "by_class"]]);
    const { stdout } = await platform.flotilla(["routes", "show", "sums"]);
    expect(stdout).toMatch(/^simulated\/demo +long +closed/m);
    expect(stdout).toMatch(/^simulated\/script +long +closed/m);
    expect(await platform.flotilla(["routes", "show", "sum"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("There are: sums."),
    });
  });

  test("are tried without a call", async () => {
    const { stdout } = await platform.flotilla(["routes", "test", "sums", "--input", "An essay"]);
    expect(stdout).toContain("simulated/script (a task of class long)");
    const tested = await ask<RouteTested>("routes", "test", "sums", "--input", "6 * 7");
    expect(tested).toMatchObject({ model: "simulated/demo", taskClass: null });
  });
});

describe("models", slow, () => {
  test("are listed with their providers", async () => {
    const { providers, items } = await ask<ModelList>("models");
    expect(providers.map(({ name }) => name)).toContain("simulated");
    expect(items.map(({ model }) => model)).toContain("simulated/demo");
    expect((await platform.flotilla(["models"])).stdout).toMatch(
      /^simulated\/demo +\$0\.1\/\$0\.4/m,
    );
  });

  test("that were never asked have no breaker to close", async () => {
    expect(await platform.flotilla(["models", "--reset", "simulated/never"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("was ever asked"),
    });
  });
});
