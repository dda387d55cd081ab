import type { Block, TableCell, TextRun } from "./document.ts";

const lineBreak = "  \n";
/** Alone in a paragraph of Markdown. */
export const pageBreak = "<!-- page break -->";

/** Blocks as Markdown: an empty line between them, none between the items of a list. */
export function toMarkdown(blocks: readonly Block[]): string {
  let text = "";
  let before: Block | undefined;
  for (const block of blocks) {
    const shown = blockText(block);
    if (shown === "") continue;
    if (before) text += before.kind === "item" && block.kind === "item" ? "\n" : "\n\n";
    text += shown;
    before = block;
  }
  return text;
}

function blockText(block: Block): string {
  switch (block.kind) {
    case "heading": {
      const level = Math.min(Math.max(block.level, 1), 6);
      // A heading is bold by itself.
      const runs = block.runs.map((run) => ({ ...run, bold: false }));
      const text = runsText(runs).replaceAll(/\s*\n/g, " ");
      return text && `${"#".repeat(level)} ${text}`;
    }
    case "paragraph":
      return runsText(block.runs);
    case "item": {
      const indent = "   ".repeat(block.depth);
      const text = runsText(block.runs).replaceAll("\n", `\n${indent}   `);
      return text && `${indent}${block.number ?? "-"} ${text}`;
    }
    case "quote":
      return runsText(block.runs).replaceAll(/^/gm, "> ");
    case "code":
      return fenced(block.text);
    case "table":
      return tableText(block.rows);
    case "rule":
      return "---";
    case "page-break":
      return pageBreak;
  }
}

function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}

/** Text in its styles; marks stand at words, never at spaces. */
export function runsText(runs: readonly TextRun[]): string {
  let text = "";
  for (const run of joinRuns(runs)) {
    const [, before = "", inner = "", after = ""] = /^(\s*)(.*?)(\s*)$/s.exec(run.text) ?? [];
    text += before + (inner && styled(inner, run)) + after;
  }
  return text.trim().replaceAll(/[ \t]*\n/g, lineBreak);
}

function styled(text: string, { bold, italic, strike, code, link }: TextRun): string {
  let shown = code ? `\`${text}\`` : text;
  if (strike) shown = `~~${shown}~~`;
  if (italic) shown = `*${shown}*`;
  if (bold) shown = `**${shown}**`;
  return link ? linkText(shown, link) : shown;
}

function linkText(text: string, url: string): string {
  return text === url ? `<${url}>` : `[${text}](${encodeParentheses(url)})`;
}

/** They and spaces would end the address. */
function encodeParentheses(url: string): string {
  return url.replaceAll(
    /[\s()]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

/** Neighbours of one style are one run. */
function joinRuns(runs: readonly TextRun[]): TextRun[] {
  const joined: TextRun[] = [];
  for (const run of runs) {
    const last = joined.at(-1);
    if (last && styleOf(last) === styleOf(run)) last.text += run.text;
    else if (run.text !== "") joined.push({ ...run });
  }
  return joined;
}

function styleOf({ bold, italic, strike, code, link }: TextRun): string {
  return JSON.stringify([!!bold, !!italic, !!strike, !!code, link]);
}

/** The plain text of runs as a cell holds it: links are kept, styles are not. */
export function cellText(runs: readonly TextRun[]): string {
  return runsText(runs.map(({ text, link }) => ({ text, ...(link && { link }) })));
}

/** A table whose first row is its head. What a cell covers beside its first place is left empty. */
export function tableText(rows: readonly (readonly TableCell[])[]): string {
  const grid = spread(rows);
  const width = Math.max(0, ...grid.map((row) => row.length));
  if (width === 0) return "";
  const lines = grid.map((row) => lineOf(Array.from({ length: width }, (_, at) => row[at] ?? "")));
  lines.splice(1, 0, lineOf(Array.from({ length: width }, () => "---")));
  return lines.join("\n");
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.map(escapeCell).join(" | ")} |`;
}

function escapeCell(text: string): string {
  return text
    .trim()
    .replaceAll(/\\(?=\|)/g, "\\\\")
    .replaceAll("|", "\\|")
    .replaceAll(/\s*\n\s*/g, "<br>");
}

/** Cells at their places in a grid. */
function spread(rows: readonly (readonly TableCell[])[]): string[][] {
  const grid: (string | undefined)[][] = rows.map(() => []);
  rows.forEach((cells, y) => {
    const row = grid[y] ?? [];
    let x = 0;
    for (const { text, columns = 1, rows: height = 1 } of cells) {
      while (row[x] !== undefined) x++;
      for (let down = 0; down < height && y + down < grid.length; down++) {
        for (let right = 0; right < columns; right++) grid[y + down]![x + right] = "";
      }
      row[x] = text;
      x += columns;
    }
  });
  return grid.map((row) => Array.from(row, (cell) => cell ?? ""));
}
