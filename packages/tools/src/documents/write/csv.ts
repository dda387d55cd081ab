import { stringify } from "csv-stringify/sync";
import type { Cell } from "./spec.ts";

/** What a spreadsheet would take for a formula when it opens the file. */
const formulaStart = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;
const plainNumber = /^[+-]?(?:\d+(?:[.,]\d+)*|\.\d+)(?:e[+-]?\d+)?%?$/i;

/**
 * Rows as CSV after RFC 4180, in UTF-8. A text that a spreadsheet would run as a formula gets an apostrophe before it;
 * numbers are left as they are.
 */
export function writeCsv(rows: readonly (readonly Cell[])[], delimiter: string): Uint8Array {
  const values = rows.map((row) => row.map((cell) => guarded(cell)));
  return Buffer.from(
    stringify(values, { delimiter, record_delimiter: "windows", quoted_match: /^\s|\s$|[\r\n]/ }),
  );
}

function guarded(cell: Cell): string {
  const value =
    cell !== null && typeof cell === "object"
      ? (cell.value ?? cell.date ?? cell.formula ?? "")
      : cell;
  if (typeof value === "number") return String(value);
  const text = typeof value === "boolean" ? String(value).toUpperCase() : (value ?? "");
  return formulaStart.test(text) && !plainNumber.test(text) ? `'${text}` : text;
}
