import type { Box, Rule } from "./page-content.ts";

/** A cell of a grid, with what it covers. */
export interface GridCell {
  row: number;
  column: number;
  rows: number;
  columns: number;
  box: Box;
}

export interface Grid {
  box: Box;
  rows: number;
  cells: GridCell[];
}

/** How far ends of rules may be from what they meet. */
const near = 3;
const mostLines = 400;

/** Tables that are drawn: wherever rules meet each other and make more than one cell. Top first. */
export function gridsOf(rules: readonly Rule[]): Grid[] {
  const joined = [
    ...join(rules.filter((rule) => rule.isVertical)),
    ...join(rules.filter((rule) => !rule.isVertical)),
  ];
  const grids = groups(joined).flatMap((group): Grid[] => {
    const grid = gridOf(group);
    return grid && grid.cells.length > 1 ? [grid] : [];
  });
  return grids.toSorted((a, b) => b.box.top - a.box.top);
}

/** Rules on one line that touch are one. */
function join(rules: readonly Rule[]): Rule[] {
  const sorted = rules.toSorted((a, b) => a.at - b.at || a.from - b.from);
  const joined: Rule[] = [];
  for (const rule of sorted) {
    const known = joined.findLast(
      (other) =>
        Math.abs(other.at - rule.at) <= near / 2 &&
        rule.from <= other.to + near &&
        rule.to >= other.from - near,
    );
    if (known) {
      known.from = Math.min(known.from, rule.from);
      known.to = Math.max(known.to, rule.to);
    } else if (joined.length < mostLines * 4) {
      joined.push({ ...rule });
    }
  }
  return joined;
}

/** Rules that are connected by crossing or touching. */
function groups(rules: readonly Rule[]): Rule[][] {
  const left = new Set(rules);
  const found: Rule[][] = [];
  for (const first of rules) {
    if (!left.delete(first)) continue;
    const group = [first];
    for (const rule of group) {
      for (const other of left) {
        if (!meet(rule, other)) continue;
        left.delete(other);
        group.push(other);
      }
    }
    found.push(group);
  }
  return found;
}

function meet(a: Rule, b: Rule): boolean {
  if (a.isVertical === b.isVertical) return false;
  return (
    a.at >= b.from - near && a.at <= b.to + near && b.at >= a.from - near && b.at <= a.to + near
  );
}

function gridOf(group: readonly Rule[]): Grid | undefined {
  const xs = places(group.filter((rule) => rule.isVertical));
  const ys = places(group.filter((rule) => !rule.isVertical)).toReversed();
  if (xs.length < 2 || ys.length < 2 || xs.length > mostLines || ys.length > mostLines)
    return undefined;
  const isDrawn = (isVertical: boolean, at: number, middle: number) =>
    group.some(
      (rule) =>
        rule.isVertical === isVertical &&
        Math.abs(rule.at - at) <= near &&
        rule.from <= middle &&
        rule.to >= middle,
    );
  const taken = new Set<string>();
  const cells: GridCell[] = [];
  for (let row = 0; row < ys.length - 1; row++) {
    for (let column = 0; column < xs.length - 1; column++) {
      if (taken.has(`${row},${column}`)) continue;
      const middle = (list: readonly number[], at: number) =>
        ((list[at] ?? 0) + (list[at + 1] ?? 0)) / 2;
      let [columns, rows] = [1, 1];
      while (
        column + columns < xs.length - 1 &&
        !isDrawn(true, xs[column + columns] ?? 0, middle(ys, row))
      )
        columns++;
      while (row + rows < ys.length - 1 && !isDrawn(false, ys[row + rows] ?? 0, middle(xs, column)))
        rows++;
      for (let y = row; y < row + rows; y++)
        for (let x = column; x < column + columns; x++) taken.add(`${y},${x}`);
      const box = boxOf(xs, ys, { row, column, rows, columns });
      cells.push({ row, column, rows, columns, box });
    }
  }
  const whole = { row: 0, column: 0, rows: ys.length - 1, columns: xs.length - 1 };
  return { box: boxOf(xs, ys, whole), rows: ys.length - 1, cells };
}

function boxOf(xs: readonly number[], ys: readonly number[], cell: Omit<GridCell, "box">): Box {
  return {
    left: xs[cell.column] ?? 0,
    right: xs[cell.column + cell.columns] ?? 0,
    top: ys[cell.row] ?? 0,
    bottom: ys[cell.row + cell.rows] ?? 0,
  };
}

/** Where rules are, from low to high; those side by side are in one place. */
function places(rules: readonly Rule[]): number[] {
  const found: number[] = [];
  for (const at of rules.map((rule) => rule.at).toSorted((a, b) => a - b)) {
    if (at - (found.at(-1) ?? -Infinity) > near) found.push(at);
  }
  return found;
}
