import { closeSync, constants, openSync, readdirSync } from "node:fs";
import { MAX_DEPTH, RESERVED } from "./limits.ts";

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export interface FileVisit {
  /** Relative to where the walk began. */
  path: string;
  /** Its place in the order of the walk. */
  index: number;
  /** Opens the file itself; throws where a link has come in its place. */
  open(): number;
}

/**
 * `walk` for a thread: every file below a folder, names in order, links not followed, by descriptors that are held open on the
 * way. What is gone, or is no longer what it was, is passed over. The visitor ends the walk with `false`.
 *
 * @param folder a path that is the caller's own, to a folder that is open
 */
export function walkFiles(
  folder: string,
  options: { hidden: boolean },
  visit: (file: FileVisit) => boolean,
): void {
  let index = 0;
  const inside = (base: string, prefix: string, depth: number): boolean => {
    const entries = readdirSync(`${base}/.`, { withFileTypes: true });
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const { name } = entry;
      if (prefix === "" && !options.hidden && name === RESERVED) continue;
      const path = prefix + name;
      if (entry.isDirectory() && depth < MAX_DEPTH) {
        if (!below(`${base}/${name}`, (at) => inside(at, `${path}/`, depth + 1))) return false;
      } else if (entry.isFile()) {
        const open = () => openSync(`${base}/${name}`, FILE);
        if (!visit({ path, index: index++, open })) return false;
      }
    }
    return true;
  };
  inside(folder, "", 1);
}

/** Holds a folder open; one that cannot be opened is passed over. */
function below(path: string, work: (at: string) => boolean): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(path, FOLDER);
  } catch {
    return true;
  }
  try {
    return work(`/proc/self/fd/${descriptor}`);
  } finally {
    closeSync(descriptor);
  }
}
