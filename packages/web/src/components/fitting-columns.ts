/** What the width of columns says. */
export interface FittingColumn {
  /** A CSS grid track: `96px`, `minmax(120px, 2fr)`. */
  width: string;
  /** Where there is no room for all, columns with a number go: 1 first. Those without stay. */
  dropOrder?: number;
}

/** Between columns, and at both ends of a row, in pixels. */
const gap = 16;

/** What a column without a least width of its own needs to be read. */
const leastText = 120;

/** The pixels that columns need beside one another. */
export function neededWidth(columns: readonly FittingColumn[]): number {
  const tracks = columns.reduce((sum, { width }) => sum + leastOf(width), 0);
  return tracks + gap * (columns.length + 1);
}

/** The columns that a table of so many pixels has room for. */
export function fittingColumns<C extends FittingColumn>(columns: readonly C[], room: number): C[] {
  const goers = columns
    .filter(({ dropOrder }) => dropOrder !== undefined)
    .toSorted((one, other) => (one.dropOrder ?? 0) - (other.dropOrder ?? 0));
  let fitting = [...columns];
  for (const goer of goers) {
    if (neededWidth(fitting) <= room) break;
    fitting = fitting.filter((column) => column !== goer);
  }
  return fitting;
}

/** The pixels that a track has at least. */
function leastOf(track: string): number {
  const pixels = /^(?:minmax\()?(\d+)px/.exec(track)?.[1];
  return pixels === undefined ? leastText : Number(pixels);
}
