import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { FileReport } from "./check/check-files.ts";
import { callInNode, temporaryFolder } from "./test-context.ts";

const page = await readFile(new URL("../../../docs/tool-guide.md", import.meta.url), "utf8");
const [, name = "", text = ""] = /```ts tool=(\S+)\n(.*?)```/s.exec(page) ?? [];

const check = `
  import { checkFiles } from ${JSON.stringify(new URL("check/check-files.ts", import.meta.url).href)};
  console.log(JSON.stringify(await checkFiles(process.argv[1])));
`;

test("the tool of the guide passes every check, and answers as the guide says", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, name), text);
  const args = ["--input-type=module", "--eval", check, folder];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const [report] = JSON.parse(stdout) as FileReport[];
  const outcomes = report?.tools.flatMap(({ checks }) => checks.map(({ outcome }) => outcome));
  expect(new Set(outcomes)).toEqual(new Set(["passed"]));
  const of = (input: object) => ({ folder, name: "shipping_quote", input });
  expect(
    await callInNode([of({ grams: 900, zone: "home" }), of({ grams: 20_001, zone: "home" })]),
  ).toEqual([
    { result: { cents: 590, days: 2 } },
    { error: expect.objectContaining({ code: "tool_input_invalid" }) as unknown },
  ]);
});
