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
  const markdown = service.turndown(root).replaceAll(/[\u{E000}\u{E001}]/gu, " ");
  return restore(markdown).trim();
}

function cell(content: string, node: HTMLElement): string {
  const span = Math.trunc(Number(node.getAttribute("colspan") ?? 1));
  const columns = Math.min(Math.max(span || 1, 1), MAX_SPAN);
  return content.trim() + CELL.repeat(columns);
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
    (row[index] ?? "").replaceAll(/\s*\n\s*/g, " ").replaceAll(/(?<!\\)\|/g, "\\|"),
  );
  return `| ${cells.join(" | ")} |`;
}
