import { closeSync, fstatSync, readSync } from "node:fs";
import { serveThread } from "../thread/serve-thread.ts";
import { compileGlob } from "./glob-regex.ts";
import { lineFinder, lineText, type LineFinder, type Query } from "./find-lines.ts";
import { walkFiles, type FileVisit } from "./walk-sync.ts";

/** One thread's share of a search. */
export interface SearchWork {
  /** A folder that the caller holds open, as this process reaches it. */
  folder: string;
  hidden: boolean;
  query: Query;
  glob: string | undefined;
  limit: number;
  /** Lines shown before and after. */
  around: number;
  /** Of the files whose paths hash to `index`, of so many threads. */
  share: { index: number; of: number };
}

export interface Match {
  path: string;
  line: number;
  text: string;
  before?: string[];
  after?: string[];
}

export interface SearchShare {
  /** With the place of its file in the walk. */
  matches: { order: number; match: Match }[];
  searchedFiles: number;
  truncated: boolean;
}

/** Larger files are read in parts of this size. */
const PART_BYTES = 8 * 1024 * 1024;
const MAX_LINE_CHARS = 300;
const NEWLINE = 0x0a;
const BINARY_BYTES = 8 * 1024;

let buffer = Buffer.alloc(64 * 1024);

serveThread((work: SearchWork): SearchShare => {
  const { share, limit } = work;
  const finder = lineFinder(work.query);
  const fits = work.glob === undefined ? () => true : compileGlob(work.glob);
  const found: SearchShare = { matches: [], searchedFiles: 0, truncated: false };
  walkFiles(work.folder, { hidden: work.hidden }, (file) => {
    if (hash(file.path) % share.of !== share.index || !fits(file.path)) return true;
    searchFile(file, finder, work, found);
    if (found.matches.length <= limit) return true;
    found.truncated = true;
    return false;
  });
  return found;
});

function searchFile(file: FileVisit, finder: LineFinder, work: SearchWork, found: SearchShare) {
  let descriptor: number;
  try {
    descriptor = file.open();
  } catch {
    return;
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) return;
    const wanted = Math.min(stat.size + 1, PART_BYTES);
    if (buffer.length < wanted) buffer = Buffer.alloc(wanted);
    let line = 1;
    for (const part of partsOf(descriptor)) {
      if (part.subarray(0, BINARY_BYTES).includes(0)) return;
      if (line === 1) found.searchedFiles++;
      const isFull = collect(part, line, finder, { file, work, found });
      if (isFull) return;
      if (part.length >= PART_BYTES / 2) line += countLines(part, 0, part.length);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Whole lines of the file, as many as fit into the buffer at once; the next part overwrites the last. */
function* partsOf(descriptor: number): Generator<Buffer> {
  let kept = 0;
  for (;;) {
    const read = readSync(descriptor, buffer, kept, buffer.length - kept, null);
    const end = kept + read;
    if (read === 0) {
      if (end > 0) yield buffer.subarray(0, end);
      return;
    }
    if (end < buffer.length) {
      kept = end;
      continue;
    }
    const newline = buffer.lastIndexOf(NEWLINE, end - 1);
    // A line that is longer than the buffer is taken in pieces.
    const whole = newline < 0 ? end : newline + 1;
    yield buffer.subarray(0, whole);
    buffer.copy(buffer, 0, whole, end);
    kept = end - whole;
  }
}

/** Whether there are more matches than anybody asks for. */
function collect(
  part: Buffer,
  firstLine: number,
  finder: LineFinder,
  { file, work, found }: { file: FileVisit; work: SearchWork; found: SearchShare },
): boolean {
  let line = firstLine;
  let counted = 0;
  finder.find(part, (start, end) => {
    line += countLines(part, counted, start);
    counted = start;
    const match: Match = { path: file.path, line, text: shown(lineText(part, start, end), finder) };
    if (work.around > 0) {
      match.before = linesBefore(part, start, work.around);
      match.after = linesAfter(part, end, work.around);
    }
    found.matches.push({ order: file.index, match });
    return found.matches.length <= work.limit;
  });
  return found.matches.length > work.limit;
}

function countLines(part: Buffer, from: number, to: number): number {
  let count = 0;
  for (
    let at = part.indexOf(NEWLINE, from);
    at >= 0 && at < to;
    at = part.indexOf(NEWLINE, at + 1)
  ) {
    count++;
  }
  return count;
}

function linesBefore(part: Buffer, start: number, count: number): string[] {
  const lines: string[] = [];
  for (let end = start - 1; end >= 0 && lines.length < count;) {
    const newline = end === 0 ? -1 : part.lastIndexOf(NEWLINE, end - 1);
    lines.unshift(cut(lineText(part, newline + 1, end)));
    end = newline;
  }
  return lines;
}

function linesAfter(part: Buffer, end: number, count: number): string[] {
  const lines: string[] = [];
  for (let start = end + 1; start < part.length && lines.length < count;) {
    const newline = part.indexOf(NEWLINE, start);
    const stop = newline < 0 ? part.length : newline;
    lines.push(cut(lineText(part, start, stop)));
    start = stop + 1;
  }
  return lines;
}

function cut(line: string): string {
  return line.slice(0, MAX_LINE_CHARS).toWellFormed();
}

/** Of a long line the part around the match. */
function shown(line: string, finder: LineFinder): string {
  if (line.length <= MAX_LINE_CHARS) return line.toWellFormed();
  const start = Math.max(0, finder.column(line) - MAX_LINE_CHARS / 3);
  const text = line.slice(start, start + MAX_LINE_CHARS).toWellFormed();
  return `${start > 0 ? "…" : ""}${text}${start + MAX_LINE_CHARS < line.length ? "…" : ""}`;
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}
