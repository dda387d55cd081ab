/** Cells of a grid in rows from the left, all of one size. */
export interface GridLayout {
  columns: number;
  /** Edge of a cell, in CSS pixels. */
  cell: number;
  /** Space between cells, in CSS pixels. */
  gap: number;
  height: number;
}

const largestCell = 18;
const smallestCell = 3;

/** The largest cells with which `count` of them fit into the width and about the height given. */
export function gridLayout(count: number, width: number, height: number): GridLayout {
  for (let cell = largestCell; ; cell--) {
    const gap = cell >= 9 ? 2 : 1;
    const columns = Math.max(1, Math.floor((width + gap) / (cell + gap)));
    const lines = Math.ceil(count / columns);
    const needed = lines * (cell + gap) - gap;
    if (needed <= height || cell === smallestCell) {
      return { columns, cell, gap, height: Math.max(cell, needed) };
    }
  }
}

/** Left and top of a cell. `index` counts from 0. */
export function cellOrigin(layout: GridLayout, index: number): [x: number, y: number] {
  const pitch = layout.cell + layout.gap;
  return [(index % layout.columns) * pitch, Math.floor(index / layout.columns) * pitch];
}

/** The cell at a point; the gaps belong to the cell before them. undefined: none there. */
export function cellAt(
  layout: GridLayout,
  count: number,
  x: number,
  y: number,
): number | undefined {
  const pitch = layout.cell + layout.gap;
  const column = Math.floor(x / pitch);
  const index = Math.floor(y / pitch) * layout.columns + column;
  const isInside = x >= 0 && y >= 0 && column < layout.columns && index < count;
  return isInside ? index : undefined;
}
