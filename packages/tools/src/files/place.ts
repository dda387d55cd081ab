import { lstat } from "node:fs/promises";
import { ignore, openBelow, type Folder } from "./folder.ts";
import { filePathOf } from "./path.ts";

/** A name in a folder that is held open. */
export interface Place {
  folder: Folder;
  name: string;
  /** As it was asked for. */
  path: string;
}

/**
 * Gives the work the place that a path names, while its folder is held open. Throws as `openBelow` does.
 *
 * @param create makes the folders on the way to it
 */
export async function atPlace<T>(
  root: Folder,
  path: string,
  work: (place: Place) => Promise<T>,
  options: { create: boolean } = { create: false },
): Promise<T> {
  const target = filePathOf(path);
  const folder = await openBelow(root, target.folder, options);
  try {
    return await work({ folder, name: target.name, path });
  } finally {
    await folder.close();
  }
}

/** `undefined` when there is no regular file. */
export async function sizeOf(folder: Folder, name: string): Promise<number | undefined> {
  const stat = await lstat(folder.at(name)).catch(ignore("ENOENT"));
  return stat?.isFile() ? stat.size : undefined;
}
