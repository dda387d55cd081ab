import type { Archive } from "../archive.ts";
import type { Block, TableCell, TextRun } from "../document.ts";
import { parseXml, type XmlElement } from "../xml.ts";
import { plainBlock } from "./docx.ts";
import { listNumber } from "./list-number.ts";
import { factsOf } from "./office.ts";

interface Style {
  bold?: boolean;
  italic?: boolean;
  strike?: boolean;
  parent?: string;
}

interface ListLevel {
  format: string;
  prefix: string;
  suffix: string;
  start: number;
  /** How many levels its number shows. */
  shown: number;
}

/** Blocks of an OpenDocument text, of a slide or of a cell. */
export class OdfReader {
  readonly #styles = new Map<string, Style>();
  /** By style, by depth; `undefined` for bullets. */
  readonly #lists = new Map<string, (ListLevel | undefined)[]>();
  /** By list style, what its levels have reached, for lists that go on. */
  readonly #counts = new Map<string, number[]>();
  readonly #notes: Block[] = [];

  /** @param roots of content.xml and styles.xml */
  constructor(...roots: (XmlElement | undefined)[]) {
    for (const root of roots) {
      for (const group of root?.elements() ?? []) {
        if (!/^office:(?:automatic-)?styles$/.test(group.name)) continue;
        for (const style of group.elements()) this.#addStyle(style);
      }
    }
  }

  /** What stands in footnotes; at the end, once all else was read. */
  get notes(): Block[] {
    return this.#notes;
  }

  blocks(parent: XmlElement): Block[] {
    return parent.elements().flatMap((element) => this.block(element));
  }

  /** What one element comes to. */
  block(element: XmlElement): Block[] {
    switch (element.name) {
      case "text:h":
        return this.#heading(element);
      case "text:p":
        return this.#paragraph(element);
      case "text:list":
        return this.#list(element, 0, element.attributes["text:style-name"]);
      case "table:table":
        return [{ kind: "table", rows: this.table(element) }];
      case "text:section":
      case "text:index-body":
      case "text:table-of-content":
      case "draw:text-box":
      case "draw:frame":
      case "draw:g":
      case "draw:custom-shape":
        return this.blocks(element);
      default:
        return [];
    }
  }

  table(table: XmlElement): TableCell[][] {
    const rows: TableCell[][] = [];
    for (const row of rowsOf(table)) {
      const cells: TableCell[] = [];
      for (const cell of row.elements()) {
        // A covered one is known by what covers it.
        if (cell.name !== "table:table-cell") continue;
        const number = (name: string) => Math.min(Number(cell.attributes[name] ?? 1) || 1, 1_000);
        const columns = number("table:number-columns-spanned");
        const height = number("table:number-rows-spanned");
        const text = this.blocks(cell).map(plainBlock).filter(Boolean).join("\n");
        const made = { text, ...(columns > 1 && { columns }), ...(height > 1 && { rows: height }) };
        const times = text === "" ? number("table:number-columns-repeated") : 1;
        for (let at = 0; at < times; at++) cells.push(made);
      }
      rows.push(cells);
    }
    return rows;
  }

  runs(parent: XmlElement, style: Style = {}, link?: string): TextRun[] {
    const { bold, italic, strike } = style;
    const look = {
      ...(bold && { bold }),
      ...(italic && { italic }),
      ...(strike && { strike }),
      ...(link !== undefined && { link }),
    };
    return parent.children.flatMap((child): TextRun[] => {
      // Spaces that are to be seen have elements of their own.
      if (typeof child === "string")
        return [{ text: child.replaceAll(/[ \t\r\n]+/g, " "), ...look }];
      const { name, attributes } = child;
      switch (name) {
        case "text:s":
          return [
            { text: " ".repeat(Math.min(Number(attributes["text:c"] ?? 1) || 1, 1_000)), ...look },
          ];
        case "text:tab":
          return [{ text: "\t", ...look }];
        case "text:line-break":
          return [{ text: "\n", ...look }];
        case "text:span":
          return this.runs(
            child,
            { ...style, ...this.#style(attributes["text:style-name"]) },
            link,
          );
        case "text:a":
          return this.runs(child, style, attributes["xlink:href"] ?? link);
        case "text:note":
          return [{ text: this.#note(child) }];
        case "draw:frame":
        case "draw:custom-shape":
        case "office:annotation":
        case "text:tracked-changes":
          return [];
        default:
          return this.runs(child, style, link);
      }
    });
  }

  #heading(element: XmlElement): Block[] {
    const level = Number(element.attributes["text:outline-level"] ?? 1) || 1;
    return [{ kind: "heading", level, runs: this.runs(element) }];
  }

  #paragraph(element: XmlElement): Block[] {
    const name = element.attributes["text:style-name"];
    const runs = this.runs(element, this.#style(name));
    const boxes = element
      .elements()
      .flatMap((child) =>
        child.name === "draw:frame" || child.name === "draw:custom-shape" ? this.blocks(child) : [],
      );
    const own: Block = this.#isStyled(name, /^title$/i)
      ? { kind: "heading", level: 1, runs: this.runs(element) }
      : { kind: this.#isStyled(name, /quot/i) ? "quote" : "paragraph", runs };
    return [own, ...boxes];
  }

  #list(list: XmlElement, depth: number, style: string | undefined): Block[] {
    const { "text:style-name": own = style, "text:continue-numbering": goesOn } = list.attributes;
    const isContinued = goesOn === "true" || list.attributes["text:continue-list"] !== undefined;
    const counts = this.#counts.get(own ?? "") ?? [];
    this.#counts.set(own ?? "", counts);
    counts.length = isContinued ? Math.max(counts.length, depth) : Math.min(counts.length, depth);
    return list.elements().flatMap((item): Block[] => {
      if (item.name !== "text:list-item" && item.name !== "text:list-header") return [];
      const start = item.attributes["text:start-value"];
      const number =
        item.name === "text:list-item" ? this.#number(own, depth, counts, start) : undefined;
      let isFirst = true;
      return item.elements().flatMap((child): Block[] => {
        if (child.name === "text:list") return this.#list(child, depth + 1, own);
        if (child.name === "text:h") return this.#heading(child);
        if (child.name !== "text:p") return this.blocks(child);
        const runs = this.runs(child, this.#style(child.attributes["text:style-name"]));
        const block: Block = isFirst
          ? { kind: "item", depth, ...(number !== undefined && { number }), runs }
          : { kind: "paragraph", runs };
        isFirst = false;
        return [block];
      });
    });
  }

  #number(
    style: string | undefined,
    depth: number,
    counts: number[],
    start: string | undefined,
  ): string | undefined {
    const levels = this.#lists.get(style ?? "");
    const level = levels?.[depth];
    const first = start === undefined ? undefined : Number(start);
    counts[depth] = first ?? (counts[depth] ?? (level?.start ?? 1) - 1) + 1;
    counts.length = depth + 1;
    if (!level) return undefined;
    const numbers = counts
      .slice(Math.max(0, depth + 1 - level.shown))
      .map((count, at) => listNumber(count, levels[depth + 1 - level.shown + at]?.format ?? "1"));
    return level.prefix + numbers.join(".") + level.suffix;
  }

  #note(note: XmlElement): string {
    const id = note.find("text:note-citation")?.text().trim() || String(this.#notes.length + 1);
    const mark = note.attributes["text:note-class"] === "endnote" ? `e${id}` : id;
    const body = note.find("text:note-body");
    const runs = body ? body.elements().flatMap((element) => this.runs(element)) : [];
    this.#notes.push({ kind: "paragraph", runs: [{ text: `[^${mark}]: ` }, ...runs] });
    return `[^${mark}]`;
  }

  #style(name: string | undefined): Style {
    const { parent: _, ...look } = this.#styles.get(name ?? "") ?? {};
    return look;
  }

  #isStyled(name: string | undefined, pattern: RegExp): boolean {
    for (let at = 0, now = name; now !== undefined && at < 32; at++) {
      if (pattern.test(now)) return true;
      now = this.#styles.get(now)?.parent;
    }
    return false;
  }

  #addStyle(style: XmlElement): void {
    const name = style.attributes["style:name"];
    if (name === undefined) return;
    if (style.name === "text:list-style") {
      this.#lists.set(name, listLevels(style));
      return;
    }
    if (style.name !== "style:style") return;
    const look = style.find("style:text-properties")?.attributes ?? {};
    const { "fo:font-weight": weight, "fo:font-style": slant } = look;
    const line = look["style:text-line-through-style"];
    const parent = style.attributes["style:parent-style-name"];
    this.#styles.set(name, {
      ...(weight !== undefined && { bold: weight === "bold" || Number(weight) >= 600 }),
      ...(slant !== undefined && { italic: slant !== "normal" }),
      ...(line !== undefined && { strike: line !== "none" }),
      ...(parent !== undefined && { parent }),
    });
  }
}

function listLevels(style: XmlElement): (ListLevel | undefined)[] {
  const levels: (ListLevel | undefined)[] = [];
  for (const { name, attributes } of style.elements()) {
    const depth = Number(attributes["text:level"] ?? 1) - 1;
    const format = attributes["style:num-format"] ?? "";
    if (name !== "text:list-level-style-number" || format === "" || !(depth >= 0 && depth < 10)) {
      continue;
    }
    levels[depth] = {
      format,
      prefix: attributes["style:num-prefix"] ?? "",
      suffix: attributes["style:num-suffix"] ?? "",
      start: Number(attributes["text:start-value"] ?? 1),
      shown: Math.min(Number(attributes["text:display-levels"] ?? 1) || 1, depth + 1),
    };
  }
  return levels;
}

function rowsOf(table: XmlElement): XmlElement[] {
  return table
    .elements()
    .flatMap((element) =>
      element.name === "table:table-row"
        ? [element]
        : /^table:table-(?:header-rows|rows|row-group)$/.test(element.name)
          ? rowsOf(element)
          : [],
    );
}

/** What the document says of itself. */
export async function metaFacts(
  archive: Archive,
): Promise<{ title?: string; facts: Record<string, string> }> {
  const text = await archive.textIfThere("meta.xml");
  const meta = text === undefined ? undefined : parseXml(text).find("office:meta");
  const of = (name: string) => meta?.find(name)?.text().trim() || undefined;
  const title = of("dc:title");
  const facts = factsOf({
    author: of("meta:initial-creator") ?? of("dc:creator"),
    subject: of("dc:subject"),
    created: of("meta:creation-date"),
    modified: of("dc:date"),
  });
  return { ...(title && { title }), facts };
}
