import type { TextRun } from "../document.ts";
import type { Piece } from "./page-content.ts";

/** Text without a gap. */
export interface Segment {
  runs: TextRun[];
  text: string;
  left: number;
  right: number;
  pieces: Piece[];
}

export interface Line {
  base: number;
  size: number;
  segments: Segment[];
}

/** In sizes of the font: what stands further apart belongs to different columns. */
const columnGap = 1;
const wordGap = 0.12;

/** Pieces as lines, from the top; each divided where a gap is. */
export function linesOf(pieces: readonly Piece[]): Line[] {
  const sorted = pieces
    .filter(({ text }) => text.trim())
    .toSorted((a, b) => b.base - a.base || a.left - b.left);
  const groups: Piece[][] = [];
  for (const piece of sorted) {
    const group = groups.at(-1);
    const first = group?.[0];
    const isSame =
      first && Math.abs(first.base - piece.base) <= Math.max(first.size, piece.size) * 0.4;
    if (group && isSame) group.push(piece);
    else groups.push([piece]);
  }
  return groups.map((group) => {
    const inOrder = group.toSorted((a, b) => a.left - b.left);
    const size = Math.max(...group.map((piece) => piece.size));
    const base = group.find((piece) => piece.size === size)?.base ?? 0;
    return { base, size, segments: segmentsOf(inOrder, size) };
  });
}

function segmentsOf(pieces: readonly Piece[], size: number): Segment[] {
  const segments: Segment[] = [];
  for (const piece of pieces) {
    const { text, left, right, bold, italic } = piece;
    const run: TextRun = { text, ...(bold && { bold }), ...(italic && { italic }) };
    const last = segments.at(-1);
    if (!last || left - last.right > size * columnGap) {
      segments.push({ runs: [run], text: text.trim(), left, right, pieces: [piece] });
      continue;
    }
    const isApart =
      left - last.right > size * wordGap && !/\s$/.test(last.text) && !/^\s/.test(text);
    if (isApart) last.runs.push({ text: " " });
    last.runs.push(run);
    last.pieces.push(piece);
    last.text = last.runs.map((one) => one.text).join("");
    last.right = Math.max(last.right, right);
  }
  return segments;
}

export function lineText(line: Line): string {
  return line.segments.map(({ text }) => text.trim()).join(" ");
}

export function lineRuns(line: Line): TextRun[] {
  return line.segments.flatMap(({ runs }, at) => (at === 0 ? runs : [{ text: " " }, ...runs]));
}
