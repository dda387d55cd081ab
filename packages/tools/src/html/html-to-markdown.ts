import TurndownService from "turndown";
import { restore } from "./protected-text.ts";

/** Between the cells and the rows of a table while its pieces are put together; a protected text has none of them. */
const CELL = "\u{E000}";
const ROW = "\u{E001}";
const MAX_SPAN = 50;

/**
 * HTML of known shape (see `cleanHtml`) as Markdown: headings, lists, links, code, tables. A table that only lays out,
 * with one column or blocks of text in its cells, becomes those blocks.
 */
export function htmlToMarkdown(root: HTMLElement): string {
  const service = new TurndownService({
    headingStyle: "atx",
    hr: "---",
    bulletListMarker: "-",
    codeBlockStyle: "fenced",
    emDelimiter: "*",
  });
  // Whoever reads it wants the words as they are written.
  service.escape = (text) => text;
  service.addRule("item", { filter: "li", replacement: item });
  service.addRule("strike", {
    filter: ["s", "del"],
    replacement: (content) => (content.trim() ? `~~${content}~~` : ""),
  });
  service.addRule("caption", {
    filter: "caption",
    replacement: (content) => `${content.trim()}${ROW}caption${ROW}`,
  });
  service.addRule("cell", { filter: ["td", "th"], replacement: cell });
  service.addRule("row", {
    filter: "tr",
    replacement: (content) => content + ROW,
  });
  service.addRule("section", {
    filter: ["thead", "tbody", "tfoot"],
    replacement: (content) => content,
  });
  service.addRule("table", { filter: "table", replacement: table });
  for (const found of root.querySelectorAll("table")) fillCovered(found);
  const markdown = service.turndown(root).replaceAll(/[\u{E000}\u{E001}]/gu, " ");
  return restore(markdown).trim();
}

/** Items below each other, and what is in one below its text. */
function item(content: string, node: HTMLElement): string {
  const mark = node.parentElement?.nodeName.toLowerCase() === "ol" ? `${numberOf(node)}. ` : "- ";
  const text = content.trim().replaceAll(/\n{2,}/g, "\n");
  return `${mark}${text.replaceAll("\n", "\n   ")}${node.nextElementSibling ? "\n" : ""}`;
}

/** What each list has reached: its items come in their order. */
const reached = new WeakMap<Element, number>();

function numberOf(node: HTMLElement): number {
  const list = node.parentElement;
  if (!list) return 1;
  const start = Math.trunc(Number(list.getAttribute("start") ?? 1)) || 1;
  const number = (reached.get(list) ?? start - 1) + 1;
  reached.set(list, number);
  return number;
}

/** A cell that goes over several rows leaves an empty place in those below. */
function fillCovered(whole: Element): void {
  const rows = [...whole.querySelectorAll("tr")].filter((row) => row.closest("table") === whole);
  rows.forEach((row, at) => {
    let column = 0;
    for (const one of [...row.children]) {
      const columns = spanOf(one, "colspan");
      const height = Math.min(spanOf(one, "rowspan"), rows.length - at);
      for (let down = 1; down < height; down++) insertCell(rows[at + down], column, columns);
      column += columns;
    }
  });
}

function insertCell(row: Element | undefined, column: number, columns: number): void {
  if (!row) return;
  const covered = row.ownerDocument.createElement("td");
  covered.setAttribute("colspan", String(columns));
  let left = column;
  const next = [...row.children].find((one) => {
    if (left <= 0) return true;
    left -= spanOf(one, "colspan");
    return false;
  });
  row.insertBefore(covered, next ?? null);
}

function spanOf(node: Element, name: "colspan" | "rowspan"): number {
  const span = Math.trunc(Number(node.getAttribute(name) ?? 1));
  return Math.min(Math.max(span || 1, 1), MAX_SPAN);
}

function cell(content: string, node: HTMLElement): string {
  return content.trim() + CELL.repeat(spanOf(node, "colspan"));
}

function table(content: string): string {
  const pieces = content.split(ROW);
  const at = pieces.indexOf("caption");
  const caption = at > 0 ? pieces[at - 1]?.trim() : undefined;
  if (at > 0) pieces.splice(at - 1, 2);
  const rows = pieces
    .filter((piece) => piece.includes(CELL))
    .map((piece) => piece.split(CELL).slice(0, -1));
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const text = (caption ? `\n\n${caption}` : "") + "\n\n";
  if (columns < 2 || rows.some((row) => row.some((part) => part.includes("\n\n")))) {
    return `${text}${rows.flat().filter(Boolean).join("\n\n")}\n\n`;
  }
  const [head = [], ...body] = rows.map((row) => line(row, columns));
  return `${text}${[head, line(Array<string>(columns).fill("---"), columns), ...body].join("\n")}\n\n`;
}

function line(row: readonly string[], columns: number): string {
  const cells = Array.from({ length: columns }, (_, index) =>
    (row[index] ?? "")
      .trim()
      .replaceAll(/\s*\n\s*/g, " ")
      .replaceAll(/(?<!\\)\|/g, "\\|"),
  );
  return `| ${cells.join(" | ")} |`;
}
