import type { DocumentPart, ParseOptions, TableCell } from "../document.ts";
import { tableText } from "../markdown.ts";

/** What one document's sheets hold together at most; `rows` reads on. */
const mostCells = 200_000;
const mostPlaces = 1_000_000;

/** How many cells a document may still take. */
export class CellCount {
  left = mostCells;
}

/**
 * One sheet as a table with the letters of its columns as head and the numbers of its rows in front, so that each
 * cell can be named. Rows and columns that hold nothing are left out.
 */
export class SheetGrid {
  readonly name: string;
  readonly #options: ParseOptions;
  readonly #count: CellCount;
  /** By row and column, from 0. */
  readonly #rows = new Map<number, Map<number, string>>();
  readonly #formulas: string[] = [];
  readonly #merged: string[] = [];
  #isCut = false;
  #lastRow = -1;

  constructor(name: string, options: ParseOptions, count: CellCount) {
    this.name = name;
    this.#options = options;
    this.#count = count;
  }

  /** Whether cells of a row are wanted at all. */
  wants(row: number): boolean {
    const { from, to } = this.#options.rows ?? { from: 1, to: Infinity };
    return row + 1 >= from && row + 1 <= to;
  }

  /** @returns whether there is room for more */
  put(row: number, column: number, text: string, formula?: string): boolean {
    if (text === "" && formula === undefined) return true;
    this.#lastRow = Math.max(this.#lastRow, row);
    if (!this.wants(row)) return true;
    if (this.#count.left <= 0) {
      this.#isCut = true;
      return false;
    }
    this.#count.left--;
    const cells = this.#rows.get(row) ?? new Map<number, string>();
    // A formula that nobody has reckoned yet is shown in the place of its value.
    this.#rows.set(row, cells.set(column, text === "" && formula ? formula : text));
    if (formula !== undefined && this.#options.formulas) {
      this.#formulas.push(`- ${columnName(column)}${row + 1}: \`${formula}\``);
    }
    return true;
  }

  /** A range such as `A1:C1`. */
  merge(range: string): void {
    if (this.#merged.length < 1_000) this.#merged.push(range);
  }

  part(): DocumentPart {
    const rows = [...this.#rows.keys()].toSorted((a, b) => a - b);
    const used = new Set<number>();
    for (const cells of this.#rows.values()) for (const column of cells.keys()) used.add(column);
    const columns = [...used].toSorted((a, b) => a - b);
    const most = Math.max(1, Math.floor(mostPlaces / Math.max(1, columns.length)));
    const isCut = this.#isCut || rows.length > most;
    const shown = rows.slice(0, most);
    const head: TableCell[] = ["", ...columns.map(columnName)].map((text) => ({ text }));
    const body = shown.map((row) => [
      { text: String(row + 1) },
      ...columns.map((column) => ({ text: this.#rows.get(row)?.get(column) ?? "" })),
    ]);
    const pieces = [shown.length > 0 ? tableText([head, ...body]) : "(no cells)"];
    if (isCut) pieces.push(`(cut after row ${(shown.at(-1) ?? 0) + 1}; give rows to read on)`);
    if (this.#options.rows) pieces.push(`(the last row is ${this.#lastRow + 1})`);
    if (this.#merged.length > 0) pieces.push(`Merged cells: ${this.#merged.join(", ")}`);
    if (this.#formulas.length > 0) pieces.push(`Formulas:\n\n${this.#formulas.join("\n")}`);
    return { kind: "sheet", name: this.name, markdown: pieces.join("\n\n") };
  }
}

/** A, B … Z, AA. */
export function columnName(column: number): string {
  let name = "";
  for (let left = column + 1; left > 0; left = Math.floor((left - 1) / 26)) {
    name = String.fromCodePoint(65 + ((left - 1) % 26)) + name;
  }
  return name;
}

/** `C5` as places from 0; `undefined` for what is no cell. */
export function cellPlace(reference: string): { row: number; column: number } | undefined {
  const [, letters = "", digits = ""] = /^([A-Z]{1,3})([1-9]\d{0,6})$/.exec(reference) ?? [];
  if (letters === "") return undefined;
  let column = 0;
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64;
  return { row: Number(digits) - 1, column: column - 1 };
}
