import { describe, expect, test } from "vitest";
import { resolveCommand, subCommands, type Command } from "./command-tree.ts";
import { entries } from "./entries.ts";
import { helpPage } from "./help-page.ts";

describe("resolving a command line", () => {
  test("finds a command below a noun and leaves its own words", async () => {
    const found = await resolveCommand(["batch", "results", "bat_1", "--format", "csv"], entries);
    expect(found).toMatchObject({
      path: ["batch", "results"],
      rawArgs: ["bat_1", "--format", "csv"],
      isGroup: false,
    });
  });

  test("options before the command belong to it", async () => {
    const found = await resolveCommand(["--url", "http://h:1", "--json", "runs", "list"], entries);
    expect(found.path).toEqual(["runs", "list"]);
    expect(found.rawArgs).toEqual(["--url", "http://h:1", "--json"]);
  });

  test("a noun alone is a group", async () => {
    expect(await resolveCommand(["agent"], entries)).toMatchObject({
      path: ["agent"],
      isGroup: true,
    });
    expect(await resolveCommand([], entries)).toMatchObject({ path: [], isGroup: true });
  });

  test("the values of a default command's options are not taken for commands", async () => {
    const words = ["--resource", "agents/refunds", "--json", "--outcome", "denied"];
    const found = await resolveCommand(["activity", ...words], entries);
    expect(found).toMatchObject({ path: ["activity"], rawArgs: words, isGroup: true });
    const named = await resolveCommand(
      ["activity", "--actor", "list", "export", "-o", "x"],
      entries,
    );
    expect(named).toMatchObject({
      path: ["activity", "export"],
      rawArgs: ["--actor", "list", "-o", "x"],
    });
    await expect(resolveCommand(["activity", "--json", "refunds"], entries)).rejects.toThrow(
      'no command "flotilla activity refunds"',
    );
  });

  test("unknown words are refused with those that are known", async () => {
    await expect(resolveCommand(["agents"], entries)).rejects.toThrow(
      'no command "flotilla agents"',
    );
    await expect(resolveCommand(["runs", "kill"], entries)).rejects.toMatchObject({
      remedy: expect.stringContaining("cancel"),
    });
    await expect(resolveCommand(["runs", "constructor"], entries)).rejects.toThrow("no command");
  });
});

async function leaves(command: Command, path: string[]): Promise<[string[], Command][]> {
  const below = Object.entries(await subCommands(command));
  if (below.length === 0) return [[path, command]];
  return (await Promise.all(below.map(([name, one]) => leaves(one, [...path, name])))).flat();
}

describe("every command", () => {
  test("has a help page with its full name, and --json", async () => {
    const all = await Promise.all(
      Object.entries(entries).map(async ([name, entry]) => leaves(await entry.load(), [name])),
    );
    expect(all.flat().length).toBeGreaterThan(25);
    for (const [path, command] of all.flat()) {
      const page = await helpPage({ path, command }, false);
      expect(page).toContain(`USAGE flotilla ${path.join(" ")}`);
      if (path[0] !== "completion") expect(page).toContain("--json");
    }
  });
});
