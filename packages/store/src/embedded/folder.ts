import { mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/**
 * Makes a folder that appears complete or not at all: a process killed halfway leaves none, and
 * of several that make the same folder at once, the first wins and the others' work is dropped.
 * `fill` is given a draft of the folder, beside it.
 */
export async function makeFolder(
  path: string,
  fill: (draft: string) => Promise<void>,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  await removeAbandonedDrafts(path);
  const draft = await mkdtemp(`${path}.draft-`);
  try {
    await fill(draft);
    await rename(draft, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** A folder is made in seconds; a draft of this age belongs to a process that was killed. */
const abandonedAfterMs = 120_000;

async function removeAbandonedDrafts(path: string): Promise<void> {
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.draft-`)) continue;
    const draft = join(dirname(path), name);
    const { mtimeMs } = await stat(draft).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > abandonedAfterMs) await rm(draft, { recursive: true, force: true });
  }
}
