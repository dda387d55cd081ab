import { FlotillaError } from "@flotilla/core";
import type { FileHandle } from "node:fs/promises";

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

export interface LineRange {
  content: Buffer;
  totalLines: number;
  /** Lines of the range that were left out, since the content had enough bytes. */
  isCut: boolean;
}

/**
 * Lines of a file of any size, as they stand there, in little memory. Throws `tool_failed` for a binary file.
 *
 * @param from the first line, from 1
 * @param maxBytes more are not kept; the end may be in the middle of a line
 */
export async function readLines(
  file: FileHandle,
  path: string,
  range: { from: number; lines: number; maxBytes: number },
): Promise<LineRange> {
  const { from, lines, maxBytes } = range;
  const kept: Buffer[] = [];
  let size = 0;
  /** How many line ends came before. */
  let ends = 0;
  let last: number | undefined;
  for await (const chunk of chunksOf(file)) {
    checkText(chunk, path);
    let at = 0;
    while (at < chunk.length) {
      const newline = chunk.indexOf(NEWLINE, at);
      const end = newline < 0 ? chunk.length : newline + 1;
      const isIn = ends >= from - 1 && ends < from - 1 + lines;
      if (isIn && size <= maxBytes) {
        kept.push(Buffer.from(chunk.subarray(at, end)));
        size += end - at;
      }
      if (newline >= 0) ends++;
      at = end;
    }
    last = chunk.at(-1) ?? last;
  }
  const totalLines = last === undefined || last === NEWLINE ? ends : ends + 1;
  return { content: Buffer.concat(kept), totalLines, isCut: size > maxBytes };
}

/** Bytes of a file, and how many it has. Throws `tool_failed` for a binary file. */
export async function readByteRange(
  file: FileHandle,
  path: string,
  { from, bytes }: { from: number; bytes: number },
): Promise<{ content: Buffer; totalBytes: number }> {
  const { size } = await file.stat();
  const content = Buffer.alloc(Math.max(0, Math.min(bytes, size - from)));
  const { bytesRead } = await file.read(content, 0, content.length, from);
  const start = Buffer.alloc(Math.min(size, 8_192));
  await file.read(start, 0, start.length, 0);
  for (const part of [start, content]) checkText(part, path);
  return { content: content.subarray(0, bytesRead), totalBytes: size };
}

async function* chunksOf(file: FileHandle): AsyncGenerator<Buffer> {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
    if (bytesRead === 0) return;
    yield chunk.subarray(0, bytesRead);
  }
}

function checkText(part: Buffer, path: string): void {
  if (part.includes(0)) throw notText(path);
}

function notText(path: string): FlotillaError {
  return new FlotillaError("tool_failed", `${path} is binary, not UTF-8 text.`, {
    remedy: "Only text files can be read and edited here; other tools read documents and images.",
  });
}

export interface PartText {
  text: string;
  /** Bytes at its start that belong to a character which began before. */
  skipped: number;
}

/**
 * The text of a part of a file; a character that is cut at its end is left out. Throws `tool_failed` for what is no UTF-8.
 *
 * @param isMidway its first character may have begun before
 */
export function textOfPart(part: Buffer, path: string, isMidway: boolean): PartText {
  let skipped = 0;
  while (isMidway && skipped < Math.min(3, part.length) && (part[skipped]! & 0xc0) === 0x80)
    skipped++;
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return { text: decoder.decode(part.subarray(skipped), { stream: true }), skipped };
  } catch (error) {
    throw Object.assign(notText(path), { cause: error });
  }
}
