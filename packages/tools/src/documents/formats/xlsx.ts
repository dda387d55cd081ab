import type { Archive } from "../archive.ts";
import type { ParsedDocument, ParseOptions } from "../document.ts";
import { unreadable } from "../unreadable.ts";
import { parseXml, walkXml } from "../xml.ts";
import { coreFacts, relationsOf, type Relations } from "./office.ts";
import { CellCount, cellPlace, SheetGrid } from "./sheet-grid.ts";
import { readCellFormats, type CellFormats } from "./xlsx-formats.ts";

const workbookPart = "xl/workbook.xml";

interface Sheet {
  name: string;
  part: string;
  isHidden: boolean;
}

/** What each cell shows: values of formulas, dates and numbers in their formats. */
export async function parseXlsx(archive: Archive, options: ParseOptions): Promise<ParsedDocument> {
  const workbook = parseXml(await archive.text(workbookPart));
  const relations = await relationsOf(archive, workbookPart);
  const is1904 = /^(?:1|true)$/.test(workbook.find("workbookPr")?.attributes["date1904"] ?? "");
  const formats = await readCellFormats(
    await archive.textIfThere(partOf(relations, "styles")),
    is1904,
  );
  const strings = sharedStrings(await archive.textIfThere(partOf(relations, "sharedStrings")));
  const sheets = (workbook.find("sheets")?.elements("sheet") ?? []).flatMap((sheet): Sheet[] => {
    const { name = "", state, "r:id": id = "" } = sheet.attributes;
    const relation = relations.get(id);
    // Sheets that are charts have no cells.
    if (relation?.type !== "worksheet") return [];
    return [{ name, part: relation.target, isHidden: (state ?? "visible") !== "visible" }];
  });
  const count = new CellCount();
  const parts = [];
  for (const { name, part } of sheets) {
    const grid = new SheetGrid(name, options, count);
    readSheet(await archive.text(part), grid, strings, formats);
    parts.push(grid.part());
  }
  if (parts.length === 0) throw unreadable("it has no sheets");
  const hidden = sheets.filter(({ isHidden }) => isHidden).map(({ name }) => name);
  const notes = hidden.length > 0 ? [`Hidden sheets: ${hidden.join(", ")}.`] : [];
  const { title, facts } = await coreFacts(archive);
  return { format: "xlsx", ...(title && { title }), facts, parts, notes };
}

function partOf(relations: Relations, type: string): string {
  return [...relations.values()].find((relation) => relation.type === type)?.target ?? "";
}

/** Texts that cells refer to by number; how something is pronounced is left out. */
function sharedStrings(text: string | undefined): string[] {
  const strings: string[] = [];
  if (text === undefined) return strings;
  let current = "";
  let isText = false;
  let isPhonetic = false;
  walkXml(text, {
    open(name) {
      if (name === "si") current = "";
      if (name === "rPh") isPhonetic = true;
      isText = name === "t" && !isPhonetic;
    },
    close(name) {
      if (name === "si") strings.push(current);
      if (name === "rPh") isPhonetic = false;
      isText = false;
    },
    text(data) {
      if (isText) current += data;
    },
  });
  return strings;
}

interface Cell {
  row: number;
  column: number;
  type: string;
  style: number;
  value: string;
  formula: string;
}

function readSheet(text: string, grid: SheetGrid, strings: string[], formats: CellFormats): void {
  let cell: Cell | undefined;
  let row = -1;
  let column = -1;
  let target: "value" | "formula" | undefined;
  walkXml(text, {
    open(name, attributes) {
      if (name === "row") {
        row = attributes["r"] === undefined ? row + 1 : Number(attributes["r"]) - 1;
        column = -1;
      } else if (name === "c") {
        const place = cellPlace(attributes["r"] ?? "") ?? { row, column: column + 1 };
        column = place.column;
        const { t: type = "n", s: style = "0" } = attributes;
        cell = { ...place, type, style: Number(style), value: "", formula: "" };
      } else if (name === "mergeCell") {
        grid.merge(attributes["ref"] ?? "");
      }
      target = name === "v" || name === "t" ? "value" : name === "f" ? "formula" : undefined;
    },
    close(name) {
      target = undefined;
      if (name !== "c" || !cell) return;
      const shown = grid.wants(cell.row) ? shownValue(cell, strings, formats) : cell.value;
      grid.put(cell.row, cell.column, shown, cell.formula ? `=${cell.formula}` : undefined);
      cell = undefined;
    },
    text(data) {
      if (cell && target) cell[target] += data;
    },
  });
}

function shownValue({ type, value, style }: Cell, strings: string[], formats: CellFormats): string {
  switch (type) {
    case "s":
      return strings[Number(value)] ?? "";
    case "b":
      return value === "1" ? "TRUE" : "FALSE";
    case "n":
      return value === "" ? "" : formats.show(Number(value), style);
    default:
      return value;
  }
}
