import type { Block, TableCell } from "../document.ts";
import { columnAt, columnsOf, isProse, type Column } from "./columns.ts";
import { gridsOf, type Grid } from "./grids.ts";
import { linesOf, lineText, type Line } from "./lines.ts";
import type { Box, PageContent, Piece } from "./page-content.ts";
import { isItem, paragraphsOf, type Look } from "./paragraphs.ts";

/**
 * A page as blocks, read from where things stand: what rules divide is a table by them; lines with the same gaps one
 * below the other are a table too, or columns of prose.
 */
export function layOut({ pieces, rules }: PageContent, look: Look): Block[] {
  const grids = gridsOf(rules);
  const placed: { top: number; blocks: Block[] }[] = [];
  let free: readonly Piece[] = pieces;
  for (const grid of grids) {
    const inside = free.filter((piece) => isIn(piece, grid.box));
    if (inside.length === 0) continue;
    free = free.filter((piece) => !inside.includes(piece));
    placed.push({ top: grid.box.top, blocks: [{ kind: "table", rows: gridRows(grid, inside) }] });
  }
  const lines = linesOf(free);
  const tops = placed.map(({ top }) => top);
  for (const run of splitAt(lines, tops)) {
    placed.push({ top: run[0]?.base ?? 0, blocks: readLines(run, look) });
  }
  return placed.toSorted((a, b) => b.top - a.top).flatMap(({ blocks }) => blocks);
}

function isIn({ left, right, base, size }: Piece, box: Box): boolean {
  const middle = (left + right) / 2;
  const height = base + size * 0.3;
  return middle >= box.left && middle <= box.right && height >= box.bottom && height <= box.top;
}

/** Lines above, between and below what stands at those heights. */
function splitAt(lines: readonly Line[], tops: readonly number[]): Line[][] {
  const runs = new Map<number, Line[]>();
  for (const line of lines) {
    const above = tops.filter((top) => top > line.base).length;
    runs.set(above, [...(runs.get(above) ?? []), line]);
  }
  return [...runs.values()];
}

function gridRows(grid: Grid, pieces: readonly Piece[]): TableCell[][] {
  const rows: TableCell[][] = Array.from({ length: grid.rows }, () => []);
  const split = pieces.flatMap((piece) => splitPiece(piece, grid));
  for (const { row, rows: height, columns, box } of grid.cells) {
    const inside = split.filter((piece) => isIn(piece, box));
    const text = linesOf(inside).map(lineText).join(" ");
    rows[row]?.push({ text, ...(columns > 1 && { columns }), ...(height > 1 && { rows: height }) });
  }
  return rows;
}

/** Texts that pdf.js has joined although a rule stands between them. */
function splitPiece(piece: Piece, grid: Grid): Piece[] {
  const height = piece.base + piece.size * 0.3;
  const crossed = grid.cells.find(
    ({ box }) =>
      height >= box.bottom &&
      height <= box.top &&
      box.right > piece.left + piece.size * 0.6 &&
      box.right < piece.right - piece.size * 0.6,
  );
  if (!crossed) return [piece];
  const share = (crossed.box.right - piece.left) / (piece.right - piece.left);
  const at = nearestSpace(piece.text, Math.round(piece.text.length * share));
  if (at === undefined) return [piece];
  const x = crossed.box.right;
  const rest = { ...piece, text: piece.text.slice(at).trimStart(), left: x + 0.1 };
  return [
    { ...piece, text: piece.text.slice(0, at).trimEnd(), right: x - 0.1 },
    ...splitPiece(rest, grid),
  ];
}

function nearestSpace(text: string, wanted: number): number | undefined {
  const spaces = [...text.matchAll(/\s+/g)].map(({ index }) => index);
  return spaces.toSorted((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))[0];
}

/** Lines without rules: runs of those with gaps are tables or columns, the others are text. */
function readLines(lines: readonly Line[], look: Look): Block[] {
  const prose = proseColumns(lines);
  if (prose) return prose.flatMap((column) => readLines(column, look));
  const blocks: Block[] = [];
  let rest = lines;
  while (rest.length > 0) {
    const table = tableAt(rest);
    if (table) {
      blocks.push({ kind: "table", rows: table.rows });
      rest = rest.slice(table.lines);
      continue;
    }
    let end = 1;
    while (end < rest.length && !tableAt(rest.slice(end))) end++;
    blocks.push(...paragraphsOf(rest.slice(0, end), look));
    rest = rest.slice(end);
  }
  return blocks;
}

/** Lines that cross the page, such as titles, divide it; between them it may be set in columns. */
function proseColumns(lines: readonly Line[]): Line[][] | undefined {
  const left = Math.min(
    ...lines.flatMap(({ segments }) => segments.map((segment) => segment.left)),
  );
  const right = Math.max(
    ...lines.flatMap(({ segments }) => segments.map((segment) => segment.right)),
  );
  const isWide = (line: Line) =>
    line.segments.length === 1 &&
    (line.segments[0]?.right ?? 0) - (line.segments[0]?.left ?? 0) > (right - left) * 0.6;
  const narrow = lines.filter((line) => !isWide(line));
  const size = narrow[0]?.size ?? 0;
  const columns = columnsOf(narrow, size * 0.7);
  if (!isProse(narrow, columns.length)) return undefined;
  const parts: Line[][] = [];
  let band: Line[] = [];
  const flush = () => {
    for (const at of columns.keys()) {
      const inColumn = band.flatMap((line): Line[] => {
        const segments = line.segments.filter((segment) => columnAt(columns, segment) === at);
        return segments.length > 0 ? [{ ...line, segments }] : [];
      });
      if (inColumn.length > 0) parts.push(inColumn);
    }
    band = [];
  };
  for (const line of lines) {
    if (!isWide(line)) band.push(line);
    else {
      flush();
      parts.push([line]);
    }
  }
  flush();
  return parts;
}

/** A table without rules that begins with the first line: at least two lines with the same gaps. */
function tableAt(lines: readonly Line[]): { rows: TableCell[][]; lines: number } | undefined {
  const [first] = lines;
  if (!first || first.segments.length < 2 || isItem(first)) return undefined;
  let end = 1;
  for (
    let next = lines[end];
    next && next.segments.length > 1 && !isItem(next);
    next = lines[++end]
  ) {
    const before = lines[end - 1];
    if (before && before.base - next.base > Math.max(before.size, next.size) * 3.5) break;
  }
  if (end < 2) return undefined;
  const table = lines.slice(0, end);
  const columns = tableColumns(table, first.size);
  if (columns.length < 2) return undefined;
  const rows = table.map((line) => {
    const pieces = line.segments.flatMap((segment) => segment.pieces);
    return columns.map((_, at): TableCell => {
      const inCell = pieces.filter((piece) => columnAt(columns, piece) === at);
      return { text: linesOf(inCell).map(lineText).join(" ") };
    });
  });
  return { rows, lines: end };
}

/**
 * Between the texts of the fullest lines; in others, texts may stand so near that they seem to be one. A head on the
 * left of its column and figures on the right of it leave a gap: what is never filled on both sides is one column.
 */
function tableColumns(lines: readonly Line[], size: number): Column[] {
  const most = Math.max(...lines.map(({ segments }) => segments.length));
  const fullest = columnsOf(
    lines.filter(({ segments }) => segments.length === most),
    0,
  );
  const columns = fullest.length >= most ? fullest : columnsOf(lines, size * 0.1);
  const places = lines.map(({ segments }) =>
    segments.flatMap(({ pieces }) => pieces.map((piece) => (piece.left + piece.right) / 2)),
  );
  const isFilled = (line: readonly number[], { left, right }: Column) =>
    line.some((place) => place >= left && place <= right);
  for (let at = 0; columns.length > most && at < columns.length - 1;) {
    const [one, next] = [columns[at], columns[at + 1]];
    if (!one || !next) break;
    if (places.some((line) => isFilled(line, one) && isFilled(line, next))) at++;
    else columns.splice(at, 2, { left: one.left, right: next.right });
  }
  return columns;
}
