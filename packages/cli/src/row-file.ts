import { open } from "node:fs/promises";
import { basename, extname } from "node:path";
import { Readable } from "node:stream";
import { unreadable } from "./input-text.ts";
import { UsageError } from "./usage.ts";

export const rowFormats = ["csv", "jsonl"] as const;
export type RowFormat = (typeof rowFormats)[number];

/** A file of rows, open and ready to be sent; it is never held in memory. */
export interface RowFile {
  /** For people: the file's name. */
  name: string;
  format: RowFormat;
  body: BodyInit;
}

/**
 * Opens a file of rows; `-` is stdin. Throws UsageError when it cannot be read or nothing
 * says its format.
 */
export async function openRowFile(path: string, format?: RowFormat): Promise<RowFile> {
  const found = format ?? formatOf(path);
  if (!found) {
    throw new UsageError(
      `The format of ${path === "-" ? "stdin" : path} is unknown.`,
      "Name it with --format csv or --format jsonl.",
    );
  }
  if (path === "-") return { name: "stdin", format: found, body: toBody(process.stdin) };
  try {
    const file = await open(path);
    if ((await file.stat()).isDirectory()) {
      await file.close();
      throw Object.assign(new Error("is a folder"), { code: "EISDIR" });
    }
    return { name: basename(path), format: found, body: toBody(file.createReadStream()) };
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The format a file's name says, in any case. */
export function formatOf(path: string): RowFormat | undefined {
  const extension = extname(path).toLowerCase();
  if (extension === ".csv") return "csv";
  return extension === ".jsonl" || extension === ".ndjson" ? "jsonl" : undefined;
}

function toBody(stream: Readable): BodyInit {
  return Readable.toWeb(stream) as unknown as BodyInit;
}
