import { lstat } from "node:fs/promises";
import { openBelow, type Folder } from "./folder.ts";
import { MAX_DEPTH, RESERVED } from "./limits.ts";

export interface Entry {
  /** Relative to where the walk began. */
  path: string;
  name: string;
  /** Holds the entry; open until the walk goes on. */
  folder: Folder;
  kind: "file" | "folder" | "other";
  bytes: number;
}

/**
 * Everything below a folder, to the depth that paths may have, each folder before what is in it,
 * by name; links are met, not followed. `hidden` also shows what is reserved.
 */
export async function* walk(
  folder: Folder,
  options: { hidden: boolean },
  prefix = "",
  depth = 1,
): AsyncGenerator<Entry> {
  const entries = await folder.entries();
  for (const { name } of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!options.hidden && prefix === "" && name === RESERVED) continue;
    const stat = await lstat(folder.at(name)).catch(() => undefined);
    // Removed since the folder was read.
    if (!stat) continue;
    const path = prefix + name;
    const kind = stat.isFile() ? "file" : stat.isDirectory() ? "folder" : "other";
    yield { path, name, folder, kind, bytes: kind === "file" ? stat.size : 0 };
    if (kind !== "folder" || depth >= MAX_DEPTH) continue;
    const inner = await openBelow(folder, [name]);
    try {
      yield* walk(inner, options, `${path}/`, depth + 1);
    } finally {
      await inner.close();
    }
  }
}
