import type { Archive } from "../archive.ts";
import type { ParsedDocument, ParseOptions } from "../document.ts";
import { unreadable } from "../unreadable.ts";
import { walkXml } from "../xml.ts";
import { metaFacts } from "./odf.ts";
import { CellCount, columnName, SheetGrid } from "./sheet-grid.ts";

/** As spreadsheets count, so that nothing repeated leads beyond. */
const mostRows = 1_048_576;
const mostColumns = 16_384;
/** The same may be said to stand in so many places; what goes on for longer is filling. */
const mostSameRows = 10_000;
const mostSameColumns = 1_000;

interface Cell {
  text: string;
  paragraphs: number;
  formula: string | undefined;
  columns: number;
  merge: { columns: number; rows: number };
  isCovered: boolean;
}

/** What each cell shows, as OpenDocument keeps it beside the value. */
export async function parseOds(archive: Archive, options: ParseOptions): Promise<ParsedDocument> {
  const reader = new OdsReader(options);
  walkXml(await archive.text("content.xml"), {
    open: (name, attributes) => reader.open(name, attributes),
    close: (name) => reader.close(name),
    text: (data) => reader.text(data),
  });
  const parts = reader.grids.map((grid) => grid.part());
  if (parts.length === 0) throw unreadable("it has no sheets");
  const { title, facts } = await metaFacts(archive);
  return { format: "ods", ...(title && { title }), facts, parts, notes: [] };
}

class OdsReader {
  readonly grids: SheetGrid[] = [];
  readonly #options: ParseOptions;
  readonly #count = new CellCount();
  #row = 0;
  #cells: Cell[] = [];
  #rowRepeats = 1;
  #cell: Cell | undefined;
  #inParagraph = 0;
  /** In a comment, which is not what the cell shows. */
  #inComment = 0;

  constructor(options: ParseOptions) {
    this.#options = options;
  }

  open(name: string, attributes: Record<string, string>): void {
    switch (name) {
      case "table:table":
        this.grids.push(new SheetGrid(attributes["table:name"] ?? "", this.#options, this.#count));
        this.#row = 0;
        return;
      case "table:table-row":
        this.#rowRepeats = repeats(attributes["table:number-rows-repeated"]);
        this.#cells = [];
        return;
      case "table:table-cell":
      case "table:covered-table-cell":
        this.#cell = cellOf(name, attributes);
        return;
      case "office:annotation":
        this.#inComment++;
        return;
      case "text:p":
        if (this.#cell && this.#inComment === 0) {
          if (this.#cell.paragraphs++ > 0) this.#cell.text += "\n";
          this.#inParagraph++;
        }
        return;
      case "text:s":
        return this.text(" ".repeat(Math.min(Number(attributes["text:c"] ?? 1) || 1, 1_000)));
      case "text:tab":
        return this.text("\t");
      case "text:line-break":
        return this.text("\n");
    }
  }

  text(data: string): void {
    if (this.#cell && this.#inParagraph > 0 && this.#inComment === 0) this.#cell.text += data;
  }

  close(name: string): void {
    switch (name) {
      case "office:annotation":
        this.#inComment--;
        return;
      case "text:p":
        if (this.#inComment === 0 && this.#inParagraph > 0) this.#inParagraph--;
        return;
      case "table:table-cell":
      case "table:covered-table-cell":
        if (this.#cell) this.#cells.push(this.#cell);
        this.#cell = undefined;
        return;
      case "table:table-row":
        return this.#endRow();
    }
  }

  #endRow(): void {
    const grid = this.grids.at(-1);
    const isFilled = this.#cells.some(({ text, isCovered }) => text !== "" && !isCovered);
    const times = isFilled ? Math.min(this.#rowRepeats, mostSameRows) : 0;
    for (let at = 0; at < times && this.#row + at < mostRows; at++) {
      if (!grid || !this.#put(grid, this.#row + at)) break;
    }
    this.#row += this.#rowRepeats;
  }

  /** @returns whether there is room for more */
  #put(grid: SheetGrid, row: number): boolean {
    let column = 0;
    for (const { text, formula, columns, merge, isCovered } of this.#cells) {
      if (merge.columns > 1 || merge.rows > 1) {
        const end = `${columnName(column + merge.columns - 1)}${row + merge.rows}`;
        grid.merge(`${columnName(column)}${row + 1}:${end}`);
      }
      const times = text === "" || isCovered ? 0 : Math.min(columns, mostSameColumns);
      for (let at = 0; at < times && column + at < mostColumns; at++) {
        if (!grid.put(row, column + at, text, formula)) return false;
      }
      column += columns;
    }
    return true;
  }
}

function cellOf(name: string, attributes: Record<string, string>): Cell {
  return {
    text: "",
    paragraphs: 0,
    formula: attributes["table:formula"]?.replace(/^of:/, ""),
    columns: repeats(attributes["table:number-columns-repeated"]),
    merge: {
      columns: repeats(attributes["table:number-columns-spanned"]),
      rows: repeats(attributes["table:number-rows-spanned"]),
    },
    isCovered: name === "table:covered-table-cell",
  };
}

function repeats(value: string | undefined): number {
  return Math.min(Math.max(Number(value ?? 1) || 1, 1), mostRows);
}
