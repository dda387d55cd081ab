import type { Archive } from "../archive.ts";
import type { Block, DocumentPart, ParsedDocument, TableCell, TextRun } from "../document.ts";
import { cellText, runsText, toMarkdown } from "../markdown.ts";
import { unreadable } from "../unreadable.ts";
import { parseXml, type XmlElement } from "../xml.ts";
import { coreFacts, relationsOf, type Relations } from "./office.ts";
import { slideMarkdown } from "./slide.ts";

const mainPart = "ppt/presentation.xml";
/** Placeholders that say the same on every slide. */
const furniture = new Set(["dt", "ftr", "sldNum", "hdr", "sldImg"]);

/** Slides in their order, with their texts and tables, each with its notes. */
export async function parsePptx(archive: Archive): Promise<ParsedDocument> {
  const relations = await relationsOf(archive, mainPart);
  const root = parseXml(await archive.text(mainPart));
  const parts: DocumentPart[] = [];
  for (const { attributes } of root.find("p:sldIdLst")?.elements("p:sldId") ?? []) {
    const slide = relations.get(attributes["r:id"] ?? "");
    if (slide) parts.push(await slidePart(archive, slide.target));
  }
  if (parts.length === 0) throw unreadable("it has no slides");
  const { title, facts } = await coreFacts(archive);
  return { format: "pptx", ...(title && { title }), facts, parts, notes: [] };
}

async function slidePart(archive: Archive, part: string): Promise<DocumentPart> {
  const relations = await relationsOf(archive, part);
  const tree = parseXml(await archive.text(part)).find("p:cSld", "p:spTree");
  const shapes = tree ? shapesOf(tree) : [];
  const title = shapes.filter((shape) => /title$/i.test(placeholder(shape)));
  const name = title
    .map((shape) => paragraphs(shape, relations).map(blockText).join(" "))
    .filter(Boolean)
    .join(" ");
  const blocks = shapes
    .filter((shape) => !title.includes(shape) && !furniture.has(placeholder(shape)))
    .flatMap((shape) => shapeBlocks(shape, relations));
  const notes = [...relations.values()].find(({ type }) => type === "notesSlide");
  const told = notes ? await notesText(archive, notes.target) : "";
  return { kind: "slide", ...(name && { name }), markdown: slideMarkdown(name, blocks, told) };
}

async function notesText(archive: Archive, part: string): Promise<string> {
  const tree = parseXml(await archive.text(part)).find("p:cSld", "p:spTree");
  const body = (tree ? shapesOf(tree) : []).filter((shape) => !furniture.has(placeholder(shape)));
  return toMarkdown(body.flatMap((shape) => paragraphs(shape, new Map())));
}

/** Those in groups too, in the order of the file. */
function shapesOf(tree: XmlElement): XmlElement[] {
  return tree.elements().flatMap((element) => {
    if (element.name === "p:grpSp") return shapesOf(element);
    return element.name === "p:sp" || element.name === "p:graphicFrame" ? [element] : [];
  });
}

/** `body` where a placeholder does not say what it is; empty for what is none. */
function placeholder(shape: XmlElement): string {
  const found = shape.find("p:nvSpPr", "p:nvPr", "p:ph");
  return found ? (found.attributes["type"] ?? "body") : "";
}

function shapeBlocks(shape: XmlElement, relations: Relations): Block[] {
  if (shape.name === "p:sp") return paragraphs(shape, relations);
  const table = shape.find("a:graphic", "a:graphicData", "a:tbl");
  return table ? [{ kind: "table", rows: tableRows(table, relations) }] : [];
}

function paragraphs(shape: XmlElement, relations: Relations): Block[] {
  const body = shape.find("p:txBody");
  const isList = placeholder(shape) === "body" || placeholder(shape) === "obj";
  const counts: number[] = [];
  return (body?.elements("a:p") ?? []).flatMap((paragraph): Block[] => {
    const runs = runsOf(paragraph, relations);
    if (!runsText(runs)) return [];
    const properties = paragraph.find("a:pPr");
    const depth = Math.min(Number(properties?.attributes["lvl"] ?? 0) || 0, 8);
    const numbered = properties?.find("a:buAutoNum");
    counts.length = Math.min(counts.length, depth + 1);
    if (numbered) {
      const start = Number(numbered.attributes["startAt"] ?? 1);
      const number = (counts[depth] = (counts[depth] ?? start - 1) + 1);
      return [{ kind: "item", depth, number: `${number}.`, runs }];
    }
    counts.length = Math.min(counts.length, depth);
    const hasBullet = properties?.find("a:buChar") ?? properties?.find("a:buBlip");
    const isItem = hasBullet ?? (isList && !properties?.find("a:buNone"));
    return [isItem ? { kind: "item", depth, runs } : { kind: "paragraph", runs }];
  });
}

function runsOf(paragraph: XmlElement, relations: Relations): TextRun[] {
  return paragraph.elements().flatMap((element): TextRun[] => {
    if (element.name === "a:br") return [{ text: "\n" }];
    if (element.name !== "a:r" && element.name !== "a:fld") return [];
    const properties = element.find("a:rPr");
    const on = (name: string) => /^(?:1|true)$/.test(properties?.attributes[name] ?? "");
    const link = relations.get(properties?.find("a:hlinkClick")?.attributes["r:id"] ?? "");
    return [
      {
        text: element.find("a:t")?.text() ?? "",
        ...(on("b") && { bold: true }),
        ...(on("i") && { italic: true }),
        ...(/^(?:sng|dbl)Strike$/.test(properties?.attributes["strike"] ?? "") && { strike: true }),
        ...(link?.isExternal && { link: link.target }),
      },
    ];
  });
}

function tableRows(table: XmlElement, relations: Relations): TableCell[][] {
  return table.elements("a:tr").map((row) =>
    row.elements("a:tc").flatMap((cell): TableCell[] => {
      const { hMerge, vMerge, gridSpan, rowSpan } = cell.attributes;
      // A covered one is known by what covers it.
      if (hMerge === "1" || hMerge === "true" || vMerge === "1" || vMerge === "true") return [];
      const lines = (cell.find("a:txBody")?.elements("a:p") ?? []).map((paragraph) =>
        cellText(runsOf(paragraph, relations)),
      );
      const columns = Math.min(Number(gridSpan ?? 1) || 1, 1_000);
      const rows = Math.min(Number(rowSpan ?? 1) || 1, 1_000);
      return [
        {
          text: lines.filter(Boolean).join("\n"),
          ...(columns > 1 && { columns }),
          ...(rows > 1 && { rows }),
        },
      ];
    }),
  );
}

function blockText(block: Block): string {
  return "runs" in block ? runsText(block.runs) : "";
}
