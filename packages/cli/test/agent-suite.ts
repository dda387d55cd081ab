import { describe, expect, test } from "vitest";
import { agents, platform, slow } from "./shared-platform.ts";

describe.concurrent("agents", slow, () => {
  test("of a folder are applied together", async () => {
    expect(await platform.flotilla(["agent", "apply", "-f", agents])).toEqual({
      code: 0,
      stdout: "broken v1 unchanged\nmath v1 unchanged\nslow v1 unchanged\n",
      stderr: "",
    });
  });

  test("are listed, shown as their file, and keep their version when unchanged", async () => {
    expect((await platform.flotilla(["agent", "list"])).stdout).toMatch(
      /^math +1 +simulated\/demo/m,
    );
    const { stdout } = await platform.flotilla(["agent", "show", "math"]);
    expect(await platform.flotilla(["agent", "apply", "-f", "-"], { input: stdout })).toMatchObject(
      {
        stdout: "math v1 unchanged\n",
      },
    );
  });

  test("change by a new version and are deleted with --yes only", async () => {
    const apply = async (input: string) =>
      (await platform.flotilla(["agent", "apply", "-f", "-"], { input })).stdout;
    expect(await apply("name: short-lived\nmodel: simulated/demo\n")).toBe(
      "short-lived v1 created\n",
    );
    expect(await apply("name: short-lived\nmodel: simulated/script\n")).toBe(
      "short-lived v2 changed\n",
    );
    expect((await platform.flotilla(["agent", "delete", "short-lived"])).code).toBe(64);
    expect(await platform.flotilla(["agent", "delete", "short-lived", "-y"])).toMatchObject({
      code: 0,
    });
    expect((await platform.flotilla(["agent", "list"])).stdout).not.toContain("short-lived");
  });

  test("are tried from a file before they are saved; versions say what they are for", async () => {
    const input = "name: sketch\nmodel: simulated/demo\ntools: [calculator]\n";
    const tried = await platform.flotilla(["agent", "test", "-f", "-", "6", "*", "7"], { input });
    expect(tried).toMatchObject({ code: 0, stdout: expect.stringContaining("42") });
    expect((await platform.flotilla(["agent", "show", "sketch"])).code).toBe(1);
    await platform.flotilla(["agent", "apply", "-f", "-", "--note", "a first go"], { input });
    const { stdout } = await platform.flotilla(["agent", "versions", "sketch"]);
    expect(stdout).toMatch(/1 .*simulated\/demo +a first go/);
    await platform.flotilla(["agent", "delete", "sketch", "-y"]);
  });

  test("that do not exist are told with the request's id", async () => {
    const { code, stderr } = await platform.flotilla(["agent", "show", "nobody"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Error: .*nobody.*\n.+\nRequest id: \S+\n$/);
  });
});
