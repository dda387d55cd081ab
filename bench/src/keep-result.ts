import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../results", import.meta.url));

/** Keeps a result as a file of `bench/results`, named by its bench and its time; returns the path. */
export async function keepResult(bench: string, result: { at: string }): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${bench}-${result.at.replaceAll(":", "-")}.json`);
  await writeFile(file, `${JSON.stringify(result, null, 2)}\n`);
  return file;
}
