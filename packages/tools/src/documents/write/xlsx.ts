import type { Cell as XlsxCell } from "write-excel-file/node";
import type { Cell, Sheet } from "./spec.ts";

const widest = 60;
const narrowest = 8;

/** Sheets as an XLSX: types, formats, formulas, the head in its own look and always in sight. */
export async function writeXlsx(sheets: readonly Sheet[]): Promise<Uint8Array> {
  const { default: write } = await import("write-excel-file/node");
  const made = sheets.map(({ name, rows, header, widths }) => ({
    sheet: name,
    data: rows.map((row, at) => row.flatMap((cell) => cellsOf(cell, header && at === 0))),
    columns: (widths ?? widthsOf(rows)).map((width) => ({ width })),
    ...(header && rows.length > 1 && { stickyRowsCount: 1 }),
  }));
  return new Uint8Array(await write(made).toBuffer());
}

/** Cells that are covered stand there as well, empty. */
function cellsOf(cell: Cell, isHead: boolean): XlsxCell[] {
  const look = isHead ? { fontWeight: "bold" as const, backgroundColor: "#EEEEEE" } : {};
  if (cell === null) return [isHead ? look : null];
  if (typeof cell !== "object") return [{ value: cell, ...look }];
  const { value, date, formula, format, bold, columns } = cell;
  const own = {
    ...look,
    ...(bold && { fontWeight: "bold" as const }),
    ...(columns && { columnSpan: columns }),
  };
  const covered = Array.from({ length: (columns ?? 1) - 1 }, () => null);
  if (formula !== undefined) {
    return [
      {
        value: formula.replace(/^=/, ""),
        type: "Formula" as const,
        ...(format && { format }),
        ...own,
      },
      ...covered,
    ];
  }
  if (date !== undefined) {
    const hasTime = date.includes("T");
    const moment = new Date(hasTime ? `${date}Z` : date);
    return [
      {
        value: moment,
        type: Date,
        format: format ?? (hasTime ? "yyyy-mm-dd hh:mm" : "yyyy-mm-dd"),
        ...own,
      },
      ...covered,
    ];
  }
  if (value === undefined) return [own, ...covered];
  return [{ value, ...(format && { format }), ...own }, ...covered];
}

function widthsOf(rows: Sheet["rows"]): number[] {
  const widths: number[] = [];
  for (const row of rows.slice(0, 1_000)) {
    row.forEach((cell, at) => {
      const longest = Math.max(
        ...shownText(cell)
          .split("\n")
          .map((line) => line.length),
      );
      widths[at] = Math.min(Math.max(widths[at] ?? narrowest, longest + 2), widest);
    });
  }
  return Array.from(widths, (width) => width ?? narrowest);
}

function shownText(cell: Cell): string {
  if (cell === null || typeof cell !== "object") return String(cell ?? "");
  if ((cell.columns ?? 1) > 1) return "";
  return String(cell.value ?? cell.date ?? cell.format ?? "");
}
