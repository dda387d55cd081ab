import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runFlotilla } from "../../command.ts";
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

/** The platform refuses to start with each of them, and says which file it is, what is wrong, and what to do. */
export async function startsWith(proof: Proof, whole: string): Promise<void> {
  const cases = broken(whole).slice(0, proof.scale.name === "full" ? undefined : 2);
  let refused = 0;
  await Promise.all(
    cases.map(async ([name, text, said]) => {
      const folder = await mkdtemp(join(proof.folder, "broken-"));
      await mkdir(join(folder, "tools"));
      await writeFile(join(folder, "tools", name), text);
      const env = { FLOTILLA_HOME: folder, FLOTILLA_TOOLS: join(folder, "tools") };
      const { code, stderr } = await runFlotilla(["up", "--port", "0", "--json"], { env });
      const isClear = code !== 0 && said.test(stderr) && !/^\s+at /m.test(stderr);
      proof.holds(isClear, `${name} was answered with ${code}: ${stderr.slice(-500)}`);
      if (isClear) refused += 1;
    }),
  );
  proof.equals("broken files refused", refused, cases.length);
}
