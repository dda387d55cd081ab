import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { UsageError } from "./usage.ts";

/** The text of a file; `-` is stdin. Throws UsageError when it cannot be read. */
export async function readTextFile(path: string): Promise<string> {
  if (path === "-") return text(process.stdin);
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw unreadable(path, error);
  }
}

export function unreadable(path: string, error: unknown): UsageError {
  const { code } = error as NodeJS.ErrnoException;
  const causes: Record<string, string> = {
    ENOENT: "it does not exist",
    EACCES: "no permission",
    EISDIR: "it is a folder",
  };
  return new UsageError(`Cannot read ${path}: ${causes[code ?? ""] ?? String(error)}.`);
}

/** A template as given on the command line: the text itself, or `@file`. */
export async function textOrFile(value: string): Promise<string> {
  return value.startsWith("@") ? readTextFile(value.slice(1)) : value;
}
