import { stripVTControlCharacters } from "node:util";
import type { Terminal } from "../terminal.ts";

export interface Column<T> {
  title: string;
  /** Numbers go right. Default: left. */
  align?: "left" | "right";
  value(item: T): string;
}

const gap = "  ";

/**
 * A table in aligned columns, each as wide as its widest value. On a terminal the last
 * column is cut to fit the line.
 */
export function table<T>(
  items: readonly T[],
  columns: readonly Column<T>[],
  { columns: width, paint }: Pick<Terminal, "columns" | "paint">,
): string {
  const cells = items.map((item) => columns.map((column) => oneLine(column.value(item))));
  const widths = columns.map((column, index) =>
    Math.max(column.title.length, ...cells.map((row) => length(row[index] ?? ""))),
  );
  const before = widths.slice(0, -1).reduce((sum, one) => sum + one + gap.length, 0);
  const lastWidth = Math.max(12, width - before);
  const line = (row: string[]) =>
    row
      .map((cell, index) => {
        if (index === columns.length - 1 && columns[index]?.align !== "right") {
          return cut(cell, lastWidth);
        }
        const padding = " ".repeat((widths[index] ?? 0) - length(cell));
        return columns[index]?.align === "right" ? padding + cell : cell + padding;
      })
      .join(gap)
      .trimEnd();
  const head = line(columns.map((column) => column.title));
  return [paint("dim", head), ...cells.map(line)].join("\n");
}

/** Names and values under each other: for one thing with few properties. */
export function properties(
  rows: readonly (readonly [string, string])[],
  { paint }: Pick<Terminal, "paint">,
): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows
    .map(([name, value]) => `${paint("dim", name.padEnd(width))}${gap}${value}`)
    .join("\n");
}

/** At most `width` characters, the last one `…` when something is missing. */
export function cut(text: string, width: number): string {
  if (length(text) <= width) return text;
  return `${[...stripVTControlCharacters(text)].slice(0, width - 1).join("")}…`;
}

export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

function length(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}
