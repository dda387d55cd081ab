import { basename, resolve } from "node:path";

/** A folder whose files are searched. */
export interface SearchFolder {
  /** What results call it by. */
  name: string;
  /** Its absolute path. */
  path: string;
}

/** The folders by unique names: the last part of each path, with a number where that is taken. */
export function nameFolders(paths: readonly string[]): SearchFolder[] {
  const taken = new Set<string>();
  return [...new Set(paths.map((path) => resolve(path)))].map((path) => {
    const base = basename(path) || "files";
    let name = base;
    for (let count = 2; taken.has(name); count++) name = `${base}-${count}`;
    taken.add(name);
    return { name, path };
  });
}
