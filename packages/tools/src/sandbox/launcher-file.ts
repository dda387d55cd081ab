import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, constants, mkdir, readFile, readdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const sources = fileURLToPath(new URL("./launcher/", import.meta.url));
const prebuilt = fileURLToPath(new URL("./launcher-prebuilt/", import.meta.url));
const compilers = ["cc", "gcc", "clang"];
/** Without a C library to be found at run time where there is a static one, since that starts sooner. */
const variants = [["-static"], []];

/**
 * The launcher's program: the one that comes with the sources, where it was made from just these sources for this
 * kind of machine; else one that is built from them once and kept in the folder.
 * Rejects with the reason when there is neither.
 */
export async function launcherFile(folder: string): Promise<string> {
  const hash = await sourcesHash();
  const ready = join(prebuilt, process.arch);
  if ((await prebuiltHash()) === hash && (await isExecutable(ready))) return ready;
  return builtLauncher(folder, hash);
}

/** Built from the sources, unless it was before. Rejects with the reason where no compiler can. */
export async function builtLauncher(folder: string, hash: string): Promise<string> {
  const built = join(folder, `launcher-${process.arch}-${hash.slice(0, 16)}`);
  if (!(await isExecutable(built))) await build(folder, built);
  return built;
}

/** What the sources are, as one value: names and contents of all files. */
export async function sourcesHash(): Promise<string> {
  const hash = createHash("sha256");
  for (const name of (await readdir(sources)).toSorted()) {
    hash.update(`${name}\0`).update(await readFile(join(sources, name)));
  }
  return hash.digest("hex");
}

/** The sources that the prebuilt launchers were made from. */
export async function prebuiltHash(): Promise<string | undefined> {
  const text = await readFile(join(prebuilt, "sources.sha256"), "utf8").catch(() => undefined);
  return text?.trim();
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Under a name of its own first, since others may build the same at the same time. */
async function build(folder: string, file: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = await stat(folder);
  if (uid !== process.getuid?.() || (mode & 0o022) !== 0) {
    throw new Error(`others can write to ${folder}, so no launcher is built there`);
  }
  const names = (await readdir(sources)).filter((name) => name.endsWith(".c"));
  const files = names.map((name) => join(sources, name));
  const draft = `${file}.${process.pid}`;
  const refusals: string[] = [];
  for (const compiler of compilers) {
    for (const variant of variants) {
      const args = ["-std=c11", "-O2", ...variant, "-o", draft, ...files];
      const refusal = await compile(compiler, args);
      if (refusal === undefined) return rename(draft, file);
      refusals.push(refusal);
    }
  }
  throw new Error(
    `there is no launcher for ${process.platform}-${process.arch}, and none could be built: ${refusals[0]}`,
  );
}

/** Why it failed; `undefined` when it did not. */
async function compile(compiler: string, args: string[]): Promise<string | undefined> {
  try {
    await promisify(execFile)(compiler, args);
    return undefined;
  } catch (thrown) {
    return (thrown as Error).message.split("\n", 2).join(" ");
  }
}
