import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { calculator } from "./calculator/tool.ts";
import { openTools } from "./registry.ts";
import { defineTool } from "./tool.ts";
import { callInNode, temporaryFolder, testContext } from "./test-context.ts";

const source = (name: string) => `
  import { defineTool } from "@flotilla/tools";
  import { z } from "zod";
  export const tool = defineTool({
    name: "${name}", description: "d", input: z.strictObject({}), output: z.string(),
    recovery: "idempotent", timeoutMs: 1000, maxAttempts: 1, call: () => "${name} answers",
  });
`;

async function folderOf(files: Record<string, string>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

describe("the registry", () => {
  test("lists the built-ins by name", async () => {
    const port = await openTools();
    // Which these are is in the table of docs/tools.md, which a test holds against them.
    const names = port.list().map((info) => info.name);
    expect(names).toEqual([...new Set(names)].toSorted());
    expect(names).toEqual(expect.arrayContaining(["calculator", "files_read", "http_fetch"]));
    for (const info of port.list()) expect(port.get(info.name)).toBe(info);
  });

  test("names the nearest tools for one that does not exist", async () => {
    const port = await openTools();
    const unknown = {
      code: "unknown_tool",
      message: expect.stringMatching(/"file_read".*nearest names: files_read, /) as string,
    };
    expect(() => port.get("file_read")).toThrow(expect.objectContaining(unknown) as Error);
    await expect(port.call("file_read", {}, testContext())).rejects.toMatchObject(unknown);
  });

  test("refuses a name that is taken", async () => {
    await expect(openTools({ tools: [calculator] })).rejects.toMatchObject({
      code: "config_invalid",
      message:
        "the list of extra tools defines the tool calculator a second time; it is in the built-ins.",
    });
  });
});

test("tools of one concurrency group agree on how many of their calls there may be", async () => {
  const of = (name: string, most: number) =>
    defineTool({
      name,
      description: "d",
      input: z.strictObject({}),
      output: z.string(),
      recovery: "idempotent",
      timeoutMs: 1_000,
      maxAttempts: 1,
      concurrency: { group: "crm", most },
      call: () => "ok",
    });
  await openTools({ tools: [of("one", 2), of("two", 2)] });
  await expect(openTools({ tools: [of("one", 2), of("two", 3)] })).rejects.toMatchObject({
    code: "config_invalid",
    message: "the list of extra tools: two allows 3 calls of the group crm at once, one allows 2.",
  });
});

describe("a tools folder", () => {
  test("gives the tools of all its files, wherever it is, in TypeScript or JavaScript", async () => {
    const folder = await folderOf({
      "a.ts": `${source("first")} export const limit: number = 1;`,
      "b.mjs": source("second"),
      "c.js": source("third").replace("export const tool", "export const anything"),
      "d.ts": `import type { Json } from "@flotilla/core"; export type A = Json; ${source("fourth")}`,
      "types.d.ts": "export {};",
      "a.test.ts": "throw new Error('a test');",
      "notes.md": "not a tool",
    });
    await mkdir(join(folder, "sub.ts.d"));
    const names = ["first", "second", "third", "fourth"];
    const outcomes = await callInNode(names.map((name) => ({ folder, name, input: {} })));
    expect(outcomes).toEqual(names.map((name) => ({ result: `${name} answers` })));
  });

  test("is refused by the name of the file that is wrong, and why", async () => {
    const problems: [string, RegExp][] = [
      ["export const = 1", /broken\.ts cannot be loaded: \S/],
      ["export const tool = { name: 'x' };", /broken\.ts .* exports no tool made by/],
      ["throw new Error('no key set');", /broken\.ts .* no key set/],
      [source("Not A Name"), /broken\.ts .* name must be lower snake case/],
      ["import './none.ts';", /broken\.ts .*none\.ts/],
      [
        source("calculator"),
        /broken\.ts defines the tool calculator a second time; it is in the b/,
      ],
      [source("fine"), /broken\.ts defines the tool fine a second time; it is in \S+a\.ts\./],
      [
        source("bare").replace("= defineTool(", "= ("),
        /broken\.ts .* its export tool is a definition alone: write defineTool/,
      ],
    ];
    const calls = problems.map(async ([text]) => ({
      folder: await folderOf({ "a.ts": source("fine"), "broken.ts": text }),
      name: "fine",
      input: {},
    }));
    const outcomes = await callInNode(await Promise.all(calls));
    expect(outcomes).toEqual(
      problems.map(([, problem]) => ({
        error: expect.objectContaining({
          code: "config_invalid",
          message: expect.stringMatching(problem) as string,
        }) as unknown,
      })),
    );
  });

  test("that does not exist is refused", async () => {
    await expect(openTools({ folder: "/nowhere/tools" })).rejects.toMatchObject({
      code: "config_invalid",
      remedy: expect.stringContaining("FLOTILLA_TOOLS") as string,
    });
  });
});

describe("tool packages", () => {
  /** A project whose `node_modules` holds these packages, each of one file. */
  async function projectOf(packages: Record<string, string>): Promise<string> {
    const project = await temporaryFolder();
    for (const [name, text] of Object.entries(packages)) {
      const folder = join(project, "node_modules", name);
      await mkdir(folder, { recursive: true });
      const description = { name, version: "1.0.0", type: "module", exports: "./main.js" };
      await writeFile(join(folder, "package.json"), JSON.stringify(description));
      await writeFile(join(folder, "main.js"), text);
    }
    return project;
  }

  const listed = source("second").replace("export const tool =", "const tool =");

  test("give the tools that they export, by themselves or in an array", async () => {
    const from = await projectOf({
      "@acme/crm": source("first"),
      "acme-tools": `${listed} export const tools = [tool];`,
    });
    const sources = { packages: ["@acme/crm", "acme-tools"], from };
    const outcomes = await callInNode(
      ["first", "second"].map((name) => ({ ...sources, name, input: {} })),
    );
    expect(outcomes).toEqual([{ result: "first answers" }, { result: "second answers" }]);
  });

  test("are refused by their name, and why", async () => {
    const from = await projectOf({
      empty: "export const nothing = 1;",
      broken: "import 'not-there';",
      twice: source("calculator"),
    });
    const of = (name: string) => ({ packages: [name], from, name: "calculator", input: {} });
    const said = ["missing", "empty", "broken", "twice"].map(of);
    const messages = (await callInNode(said)).map(
      (one) => (one as { error: { message: string } }).error.message,
    );
    expect(messages).toEqual([
      "The tool package missing is not installed.",
      expect.stringMatching(/package empty cannot be loaded: it exports no tool made by/),
      expect.stringMatching(/package broken cannot be loaded: Cannot find package 'not-there'/),
      "twice defines the tool calculator a second time; it is in the built-ins.",
    ]);
  });
});
