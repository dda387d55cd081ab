import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { temporaryFolder } from "../test-context.ts";
import type { FileReport } from "./check-files.ts";

const tool = (name: string, answer: string) => `
  import { defineTool } from "@flotilla/tools";
  import { z } from "zod";
  export const tool = defineTool({
    name: "${name}", description: "d", input: z.strictObject({}), output: z.string(),
    recovery: "idempotent", timeoutMs: 1000, maxAttempts: 1,
    examples: [{ input: {}, output: "yes", runs: true }], call: () => "${answer}",
  });
`;

const program = `
  import { checkFiles } from ${JSON.stringify(new URL("check-files.ts", import.meta.url).href)};
  const found = await checkFiles(process.argv[1]).catch((error) => error.toRecord());
  console.log(JSON.stringify(found));
`;

/** In a process of its own, since a test runner loads modules in its own way. */
async function check(path: string): Promise<unknown> {
  const args = ["--input-type=module", "--eval", program, path];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout);
}

test("every file of a folder is told about, whatever is wrong with the others", async () => {
  const folder = await temporaryFolder();
  const files = {
    "a.ts": tool("first", "yes"),
    "b.ts": "export const =",
    "c.ts": tool("first", "yes"),
    "d.mjs": tool("second", "no"),
    "e.ts": tool("calculator", "yes"),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const reports = (await check(folder)) as FileReport[];
  const said = reports.map(({ file, ok, error, tools }) => [
    file.slice(folder.length + 1),
    ok,
    error?.message.replaceAll(`${folder}/`, "") ??
      tools
        .flatMap(({ checks }) =>
          checks.flatMap(({ outcome, problems }) => (outcome === "failed" ? problems : [])),
        )
        .join(),
  ]);
  expect(said).toEqual([
    ["a.ts", true, ""],
    ["b.ts", false, expect.stringContaining("The tool file b.ts cannot be loaded: ")],
    ["c.ts", false, "c.ts defines the tool first a second time; it is in a.ts."],
    ["d.mjs", false, '{} answers "no", not "yes"'],
    ["e.ts", false, "e.ts defines the tool calculator a second time; it is in the built-ins."],
  ]);
});

test("a place without tool files is refused", async () => {
  expect(await check(await temporaryFolder())).toMatchObject({
    code: "config_invalid",
    message: expect.stringContaining("There is no tool file in") as string,
  });
  expect(await check("/nowhere/at/all")).toMatchObject({
    message: "There is no file or folder /nowhere/at/all.",
  });
});
