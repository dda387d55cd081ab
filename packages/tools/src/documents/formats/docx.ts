import type { Archive } from "../archive.ts";
import type { Block, ParsedDocument, TableCell, TextRun } from "../document.ts";
import { cellText, toMarkdown } from "../markdown.ts";
import { parseXml, type XmlElement } from "../xml.ts";
import { Numbering } from "./docx-numbering.ts";
import { readStyles, type Styles } from "./docx-styles.ts";
import { coreFacts, isOn, relationsOf, type Relations } from "./office.ts";

const mainPart = "word/document.xml";

/** Paragraphs that are the same at each page, and comments, are not part of the text. */
export async function parseDocx(archive: Archive): Promise<ParsedDocument> {
  const relations = await relationsOf(archive, mainPart);
  const numberingText = await archive.textIfThere("word/numbering.xml");
  const stylesText = await archive.textIfThere("word/styles.xml");
  const styles = readStyles(stylesText);
  const reader = new DocxReader(relations, styles, new Numbering(numberingText));
  const body = parseXml(await archive.text(mainPart)).find("w:body");
  const blocks = body ? reader.blocks(body) : [];
  for (const kind of ["footnote", "endnote"] as const) {
    const notes = await archive.textIfThere(`word/${kind}s.xml`);
    if (notes !== undefined) blocks.push(...reader.notes(parseXml(notes), kind));
  }
  const { title, facts } = await coreFacts(archive);
  const parts = [{ kind: "text" as const, markdown: toMarkdown(blocks) }];
  return { format: "docx", ...(title && { title }), facts, parts, notes: [] };
}

/** Elements that only hold others. */
const wrappers = new Set([
  "w:sdt",
  "w:sdtContent",
  "w:ins",
  "w:smartTag",
  "w:customXml",
  "w:moveTo",
]);

class DocxReader {
  readonly #relations: Relations;
  readonly #styles: Styles;
  readonly #numbering: Numbering;

  constructor(relations: Relations, styles: Styles, numbering: Numbering) {
    this.#relations = relations;
    this.#styles = styles;
    this.#numbering = numbering;
  }

  blocks(parent: XmlElement): Block[] {
    return parent.elements().flatMap((element): Block[] => {
      if (element.name === "w:p") return this.#paragraph(element);
      if (element.name === "w:tbl") return [{ kind: "table", rows: this.#table(element) }];
      return wrappers.has(element.name) ? this.blocks(element) : [];
    });
  }

  notes(root: XmlElement, kind: "footnote" | "endnote"): Block[] {
    return root.elements(`w:${kind}`).flatMap((note): Block[] => {
      if (note.attributes["w:type"] !== undefined) return [];
      const mark: TextRun = { text: `[^${markOf(kind, note.attributes["w:id"])}]: ` };
      const runs = [...note.all("w:p")].flatMap((paragraph) => this.#runs(paragraph));
      return [{ kind: "paragraph", runs: [mark, ...runs] }];
    });
  }

  #paragraph(paragraph: XmlElement): Block[] {
    const properties = paragraph.find("w:pPr");
    const style = this.#styles.get(properties?.find("w:pStyle")?.attributes["w:val"] ?? "");
    const runs = this.#runs(paragraph);
    // What stands in a frame of its own comes after the paragraph that it is fixed to.
    const boxes = textBoxes(paragraph).flatMap((box) => this.blocks(box));
    const outline = properties?.find("w:outlineLvl")?.attributes["w:val"];
    const level = outline === undefined ? style?.level : Number(outline) + 1;
    if (level !== undefined && level <= 9) return [{ kind: "heading", level, runs }, ...boxes];
    const list = properties?.find("w:numPr") ?? style?.list;
    const id =
      list?.find("w:numId")?.attributes["w:val"] ??
      style?.list?.find("w:numId")?.attributes["w:val"];
    if (id !== undefined && id !== "0") {
      const depth = Number(list?.find("w:ilvl")?.attributes["w:val"] ?? 0);
      const number = this.#numbering.next(id, depth);
      return [{ kind: "item", depth, ...(number !== undefined && { number }), runs }, ...boxes];
    }
    return [{ kind: style?.isQuote ? "quote" : "paragraph", runs }, ...boxes];
  }

  #runs(parent: XmlElement, link?: string): TextRun[] {
    return parent.elements().flatMap((element): TextRun[] => {
      const { name, attributes } = element;
      if (name === "w:r") return [this.#run(element, link)];
      if (name === "w:hyperlink") {
        const target = this.#relations.get(attributes["r:id"] ?? "");
        return this.#runs(element, target?.isExternal ? target.target : link);
      }
      if (name === "m:oMath" || name === "m:oMathPara") return [{ text: element.text() }];
      if (name === "w:fldSimple" || wrappers.has(name)) return this.#runs(element, link);
      return [];
    });
  }

  #run(run: XmlElement, link: string | undefined): TextRun {
    const properties = run.find("w:rPr");
    const on = (name: string) => isOn(properties, name) === true;
    const text = run.elements().map(runText).join("");
    return {
      text: on("w:vanish") ? "" : text,
      ...(on("w:b") && { bold: true }),
      ...(on("w:i") && { italic: true }),
      ...((on("w:strike") || on("w:dstrike")) && { strike: true }),
      ...(link !== undefined && { link }),
    };
  }

  #table(table: XmlElement): TableCell[][] {
    const rows = rowsOf(table);
    const open = new Map<number, TableCell>();
    return rows.map((row) => {
      let column = 0;
      const cells: TableCell[] = [];
      const before = Number(row.find("w:trPr", "w:gridBefore")?.attributes["w:val"] ?? 0);
      for (let at = 0; at < Math.min(before, 100); at++) cells.push({ text: "" });
      column += before;
      for (const cell of cellsOf(row)) {
        const properties = cell.find("w:tcPr");
        const columns = Math.min(
          Number(properties?.find("w:gridSpan")?.attributes["w:val"] ?? 1) || 1,
          1_000,
        );
        const merge = properties?.find("w:vMerge");
        const above = open.get(column);
        if (merge && merge.attributes["w:val"] !== "restart" && above) {
          above.rows = (above.rows ?? 1) + 1;
        } else {
          const made: TableCell = { text: this.#cell(cell), ...(columns > 1 && { columns }) };
          cells.push(made);
          if (merge) open.set(column, made);
          else open.delete(column);
        }
        column += columns;
      }
      return cells;
    });
  }

  #cell(cell: XmlElement): string {
    return this.blocks(cell).map(plainBlock).filter(Boolean).join("\n");
  }
}

function rowsOf(table: XmlElement): XmlElement[] {
  return table
    .elements()
    .flatMap((element) =>
      element.name === "w:tr" ? [element] : wrappers.has(element.name) ? rowsOf(element) : [],
    );
}

function cellsOf(row: XmlElement): XmlElement[] {
  return row
    .elements()
    .flatMap((element) =>
      element.name === "w:tc" ? [element] : wrappers.has(element.name) ? cellsOf(element) : [],
    );
}

/** A block in a cell: its text, since a cell of Markdown holds nothing else. */
export function plainBlock(block: Block): string {
  switch (block.kind) {
    case "table":
      return block.rows.map((row) => row.map(({ text }) => text).join(" ")).join("\n");
    case "item":
      return `${block.number ?? "-"} ${cellText(block.runs)}`;
    case "code":
      return block.text;
    case "rule":
    case "page-break":
      return "";
    default:
      return cellText(block.runs);
  }
}

function textBoxes(paragraph: XmlElement): XmlElement[] {
  const boxes: XmlElement[] = [];
  const look = (element: XmlElement) => {
    for (const child of element.elements()) {
      // The fallback holds the same text again, for programs that do not know shapes.
      if (child.name === "mc:Fallback") continue;
      if (child.name === "w:txbxContent") boxes.push(child);
      else look(child);
    }
  };
  look(paragraph);
  return boxes;
}

function runText(element: XmlElement): string {
  const { name, attributes } = element;
  switch (name) {
    case "w:t":
      return element.text();
    case "w:tab":
      return "\t";
    case "w:br":
      return attributes["w:type"] === "page" ? "" : "\n";
    case "w:cr":
      return "\n";
    case "w:noBreakHyphen":
      return "\u2011";
    case "w:sym":
      return symbol(attributes["w:char"]);
    case "w:footnoteReference":
      return `[^${markOf("footnote", attributes["w:id"])}]`;
    case "w:endnoteReference":
      return `[^${markOf("endnote", attributes["w:id"])}]`;
    default:
      return "";
  }
}

function markOf(kind: "footnote" | "endnote", id = ""): string {
  return kind === "footnote" ? id : `e${id}`;
}

function symbol(code = ""): string {
  const point = Number.parseInt(code, 16);
  // Symbol fonts keep their signs in the private area, 0xF000 above what they replace.
  return Number.isNaN(point) ? "" : String.fromCodePoint(point >= 0xf000 ? point - 0xf000 : point);
}
