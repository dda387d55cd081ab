import { FlotillaError } from "@flotilla/core";
import { openFile, type Folder } from "./folder.ts";

/** Larger files are for programs, not for a model's eyes. */
const MAX_TEXT_BYTES = 10 * 1024 * 1024;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Throws `tool_failed` when the file is too large or no UTF-8 text. */
export async function readText(folder: Folder, name: string, path: string): Promise<string> {
  const content = await readBytes(folder, name, path);
  const text = decodeText(content);
  if (text !== undefined) return text;
  throw new FlotillaError("tool_failed", `${path} is not UTF-8 text.`, {
    remedy: "Only text files can be read and edited.",
  });
}

/** `undefined` for what is no text. */
export function decodeText(content: Buffer): string | undefined {
  if (content.includes(0)) return undefined;
  try {
    return utf8.decode(content);
  } catch {
    return undefined;
  }
}

/** Throws `tool_failed` when the file is larger than it may be. */
export async function readBytes(
  folder: Folder,
  name: string,
  path: string,
  most = MAX_TEXT_BYTES,
): Promise<Buffer> {
  const file = await openFile(folder, name, path);
  try {
    const { size } = await file.stat();
    if (size > most) {
      throw new FlotillaError("tool_failed", `${path} has ${size} bytes, more than can be read.`, {
        remedy: `Work with files of up to ${most} bytes.`,
      });
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}
