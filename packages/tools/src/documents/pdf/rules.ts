import type { Rule } from "./page-content.ts";

/** What a page does, as pdf.js lists it. */
export interface Operators {
  fnArray: readonly number[];
  argsArray: readonly unknown[];
}

/** The numbers that pdf.js has for the operators that matter here. */
export interface OperatorCodes {
  save: number;
  restore: number;
  transform: number;
  constructPath: number;
  paintFormXObjectBegin: number;
  paintFormXObjectEnd: number;
  endPath: number;
  stroke: number;
  closeStroke: number;
}

type Matrix = readonly [number, number, number, number, number, number];
interface Point {
  x: number;
  y: number;
}

/** What is filled and so thin is a line. */
const thin = 2.5;
const straight = 0.5;
const shortest = 3;
const mostRules = 20_000;
const identity: Matrix = [1, 0, 0, 1, 0, 0];

/** The horizontal and vertical lines that a page draws, as strokes or as thin boxes. */
export function rulesOf(operators: Operators, codes: OperatorCodes): Rule[] {
  const rules: Rule[] = [];
  const kept: Matrix[] = [];
  let matrix = identity;
  operators.fnArray.forEach((code, at) => {
    const args = operators.argsArray[at];
    if (code === codes.save || code === codes.paintFormXObjectBegin) kept.push(matrix);
    if (code === codes.restore || code === codes.paintFormXObjectEnd)
      matrix = kept.pop() ?? identity;
    const own =
      code === codes.transform
        ? args
        : code === codes.paintFormXObjectBegin
          ? (args as unknown[])[0]
          : undefined;
    if (isMatrix(own)) matrix = multiply(matrix, own);
    if (code !== codes.constructPath || rules.length > mostRules) return;
    const [paint, data] = args as [number, [ArrayLike<number> | null]];
    if (paint === codes.endPath || !data[0]) return;
    const isStroke = paint === codes.stroke || paint === codes.closeStroke;
    for (const path of pathsOf(data[0], matrix))
      rules.push(...(isStroke ? strokes(path) : thinBox(path)));
  });
  return rules;
}

function isMatrix(value: unknown): value is Matrix {
  return Array.isArray(value) || ArrayBuffer.isView(value)
    ? (value as ArrayLike<unknown>).length === 6
    : false;
}

function multiply(m: Matrix, n: Matrix): Matrix {
  return [
    m[0] * n[0] + m[2] * n[1],
    m[1] * n[0] + m[3] * n[1],
    m[0] * n[2] + m[2] * n[3],
    m[1] * n[2] + m[3] * n[3],
    m[0] * n[4] + m[2] * n[5] + m[4],
    m[1] * n[4] + m[3] * n[5] + m[5],
  ];
}

/** Corners of each part of a path; pdf.js writes 0 move, 1 line, 2 curve, 3 quadratic curve, 4 close. */
function pathsOf(data: ArrayLike<number>, m: Matrix): Point[][] {
  const paths: Point[][] = [];
  let path: Point[] = [];
  const point = (at: number): Point => {
    const [x, y] = [data[at] ?? 0, data[at + 1] ?? 0];
    return { x: m[0] * x + m[2] * y + m[4], y: m[1] * x + m[3] * y + m[5] };
  };
  const lengths = [2, 2, 6, 4, 0];
  for (let at = 0; at < data.length;) {
    const kind = data[at] ?? 0;
    const length = lengths[kind];
    if (length === undefined) break;
    if (kind === 0) {
      paths.push(path);
      path = [];
    }
    if (kind === 4 && path[0]) path.push(path[0]);
    else path.push(point(at + 1 + length - 2));
    at += 1 + length;
  }
  paths.push(path);
  return paths.filter(({ length }) => length > 1);
}

function strokes(path: readonly Point[]): Rule[] {
  return path.slice(1).flatMap((end, at) => {
    const begin = path[at];
    return begin ? ruleBetween(begin, end) : [];
  });
}

function thinBox(path: readonly Point[]): Rule[] {
  const [xs, ys] = [path.map(({ x }) => x), path.map(({ y }) => y)];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [bottom, top] = [Math.min(...ys), Math.max(...ys)];
  const [x, y] = [(left + right) / 2, (bottom + top) / 2];
  if (right - left <= thin) return ruleBetween({ x, y: bottom }, { x, y: top });
  if (top - bottom <= thin) return ruleBetween({ x: left, y }, { x: right, y });
  return [];
}

function ruleBetween(a: Point, b: Point): Rule[] {
  const isVertical = Math.abs(a.x - b.x) <= straight;
  if (!isVertical && Math.abs(a.y - b.y) > straight) return [];
  const [from, to] = isVertical ? [a.y, b.y] : [a.x, b.x];
  if (Math.abs(to - from) < shortest) return [];
  const at = isVertical ? (a.x + b.x) / 2 : (a.y + b.y) / 2;
  return [{ isVertical, at, from: Math.min(from, to), to: Math.max(from, to) }];
}
