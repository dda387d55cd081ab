import type { Block, TextRun } from "../document.ts";
import { lineRuns, lineText, type Line } from "./lines.ts";

/** What the text of a document mostly looks like. */
export interface Look {
  /** Of its font, in points. */
  size: number;
  /** Sizes of headings, the largest first. */
  headings: readonly number[];
}

/** What stands before the text of an item, and the text's first sign. */
const itemMark = /^\s*([•◦▪▫‣⁃●○■□➢–\uf0b7\uf0a7]|(?:\d{1,3}|[a-z]|[ivxl]{2,5})[.)])\s+(?=\S)/;

/** Whether a line begins with the sign or the number of an item. */
export function isItem(line: Line): boolean {
  return itemMark.test(lineText(line));
}

/** In sizes of the font, from line to line. */
const leading = 1.6;

/** Lines of one column, from the top, as headings, paragraphs and items. */
export function paragraphsOf(lines: readonly Line[], look: Look): Block[] {
  const right = Math.max(0, ...lines.map((line) => line.segments.at(-1)?.right ?? 0));
  const blocks: Block[] = [];
  let current: { block: Extract<Block, { runs: TextRun[] }>; last: Line } | undefined;
  for (const line of lines) {
    const opened = openBlock(line, look);
    if (current && goesOn(current.block, current.last, line, opened, right)) {
      joinLine(current.block.runs, line);
      current.last = line;
      continue;
    }
    current = { block: opened, last: line };
    blocks.push(opened);
  }
  return blocks;
}

function openBlock(line: Line, { size, headings }: Look): Extract<Block, { runs: TextRun[] }> {
  const level = headings.findIndex((heading) => Math.abs(heading - line.size) < 0.6);
  if (level >= 0 && line.size > size)
    return { kind: "heading", level: level + 1, runs: lineRuns(line) };
  const [before, mark = ""] = itemMark.exec(lineText(line)) ?? [];
  if (before !== undefined) {
    const number = /[.)]$/.test(mark) ? { number: mark } : {};
    return { kind: "item", depth: 0, ...number, runs: withoutStart(lineRuns(line), before.length) };
  }
  return { kind: "paragraph", runs: lineRuns(line) };
}

function goesOn(block: Block, last: Line, line: Line, opened: Block, right: number): boolean {
  if (opened.kind === "item") return false;
  if ((opened.kind === "heading") !== (block.kind === "heading")) return false;
  if (Math.abs(last.size - line.size) > 0.6) return false;
  if (last.base - line.base > line.size * leading) return false;
  if (block.kind === "heading") return true;
  // What goes on in an item stands below its text, not below its mark.
  const [lineLeft, lastLeft] = [line.segments[0]?.left ?? 0, last.segments[0]?.left ?? 0];
  if (
    lineLeft < lastLeft - 1 ||
    (block.kind === "item" && isItem(last) && lineLeft <= lastLeft + 1)
  ) {
    return false;
  }
  // Had the next word fitted, it would stand on the line before.
  const end = last.segments.at(-1)?.right ?? 0;
  const first = line.segments[0];
  if (!first) return false;
  const word = first.text.trim().split(/\s/, 1)[0] ?? "";
  const width = ((first.right - first.left) / Math.max(1, first.text.length)) * (word.length + 1);
  if (end + width < right - 1) return false;
  const left = last.segments[0]?.left ?? 0;
  const isShort = (end - left) / Math.max(1, right - left) < 0.92;
  return !(isShort && /[.!?:]["'”)]?$/.test(lineText(last).trim()));
}

function withoutStart(runs: readonly TextRun[], length: number): TextRun[] {
  let left = length;
  return runs.map((run) => {
    const text = run.text.slice(left);
    left = Math.max(0, left - run.text.length);
    return { ...run, text };
  });
}

/** A hyphen at the end of a line stays: it may be the word's own. */
function joinLine(runs: TextRun[], line: Line): void {
  const last = runs.at(-1);
  const added = lineRuns(line);
  if (last && /\u00ad\s*$/.test(last.text)) last.text = last.text.replace(/\u00ad\s*$/, "");
  else if (!last || !/\p{L}-$/u.test(last.text)) runs.push({ text: " " });
  runs.push(...added);
}
