import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runFlotilla } from "../../command.ts";
import type { FileReport } from "@flotilla/tools";
import type { Proof } from "../claim.ts";

/** What can be wrong with a tool file, and what is said of it. */
function broken(whole: string): [name: string, text: string, said: RegExp][] {
  return [
    ["not-typescript.ts", "export const = 1;", /not-typescript\.ts/],
    ["no-tool.ts", "export const weight = 415;", /no-tool\.ts.*no tool made by defineTool/s],
    ["throws.ts", 'throw new Error("SHELF_KEY is not set");', /throws\.ts.*SHELF_KEY is not set/s],
    ["no-file.ts", 'import "./missing.ts";', /no-file\.ts.*missing\.ts/s],
    [
      "no-name.ts",
      whole.replace('"shelf_weight"', '"Shelf weight"'),
      /no-name\.ts.*lower snake case/s,
    ],
    ["taken.ts", whole.replace('"shelf_weight"', '"calculator"'), /taken\.ts.*calculator/s],
    [
      "bad-terms.ts",
      whole.replace("calls: 100", "calls: 0"),
      /bad-terms\.ts.*its rateLimit\.calls cannot be used/s,
    ],
    [
      "bad-example.ts",
      whole.replace("books: 2", "books: -2"),
      /bad-example\.ts.*its examples\.0\.input\.books/s,
    ],
  ];
}

/**
 * `flotilla tool check` says of each file what is wrong with it, and the platform refuses to start with it: which file it is,
 * what is wrong, and what to do.
 */
export async function brokenFiles(proof: Proof, whole: string): Promise<void> {
  const cases = broken(whole);
  const all = await mkdtemp(join(proof.folder, "broken-"));
  for (const [name, text] of cases) await writeFile(join(all, name), text);
  const { code, stdout } = await runFlotilla(["tool", "check", all, "--json"]);
  const reports = JSON.parse(stdout) as FileReport[];
  const told = cases.filter(([name, , said]) => {
    const found = reports.find(({ file }) => file.endsWith(`/${name}`));
    const isTold = found !== undefined && !found.ok && said.test(found.error?.message ?? "");
    proof.holds(isTold, `${name} is said to be ${JSON.stringify(found)}`);
    return isTold;
  });
  proof.equals("broken files found by the check", told.length, cases.length);
  proof.equals("exit code of the check", code, 1);
  await refusedStarts(proof, proof.scale.name === "full" ? cases : cases.slice(0, 1));
}

async function refusedStarts(proof: Proof, cases: ReturnType<typeof broken>): Promise<void> {
  let refused = 0;
  await Promise.all(
    cases.map(async ([name, text, said]) => {
      const folder = await mkdtemp(join(proof.folder, "start-"));
      await mkdir(join(folder, "tools"));
      await writeFile(join(folder, "tools", name), text);
      const env = { FLOTILLA_HOME: folder, FLOTILLA_TOOLS: join(folder, "tools") };
      const { code, stderr } = await runFlotilla(["up", "--port", "0", "--json"], { env });
      const isClear = code !== 0 && said.test(stderr) && !/^\s+at /m.test(stderr);
      proof.holds(isClear, `${name} was answered with ${code}: ${stderr.slice(-500)}`);
      if (isClear) refused += 1;
    }),
  );
  proof.equals("starts refused", refused, cases.length);
}
