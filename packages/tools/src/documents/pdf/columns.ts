import type { Line, Segment } from "./lines.ts";

/** Columns of prose have so many lines, with so many words in each. */
const proseLines = 5;
const proseWords = 4;

export interface Column {
  left: number;
  right: number;
}

/** Where text is left free over all the lines: the columns between, from the left. */
export function columnsOf(lines: readonly Line[], gap: number): Column[] {
  const spans = lines
    .flatMap(({ segments }) => segments)
    .toSorted((a, b) => a.left - b.left)
    .map(({ left, right }) => ({ left, right }));
  const columns: Column[] = [];
  for (const span of spans) {
    const last = columns.at(-1);
    if (last && span.left < last.right + gap) last.right = Math.max(last.right, span.right);
    else columns.push({ ...span });
  }
  return columns;
}

/** Which column a segment is in. */
export function columnAt(
  columns: readonly Column[],
  { left, right }: Pick<Segment, "left" | "right">,
): number {
  const middle = (left + right) / 2;
  const found = columns.findIndex((column) => middle <= column.right);
  return found < 0 ? columns.length - 1 : found;
}

/** Whether lines are prose that is set in columns, which is read one column after the other. */
export function isProse(lines: readonly Line[], columns: number): boolean {
  const segments = lines.flatMap((line) => line.segments);
  if (columns < 2 || columns > 4 || segments.length < proseLines * columns) return false;
  const words = segments.map(({ text }) => text.trim().split(/\s+/).length);
  return words.reduce((sum, count) => sum + count, 0) / words.length >= proseWords;
}
