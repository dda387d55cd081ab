import type { ParsedDocument, ParseOptions } from "../document.ts";
import { unreadable } from "../unreadable.ts";
import { CellCount, SheetGrid } from "./sheet-grid.ts";
import { decodeText } from "./text.ts";

/** Values exactly as they are written, between whatever sign divides the lines most evenly. */
export async function parseCsv(
  content: Uint8Array,
  name: string,
  options: ParseOptions,
): Promise<ParsedDocument> {
  const { parse } = await import("csv-parse/sync");
  const { text, charset } = await decodeText(content);
  const delimiter = delimiterOf(text);
  let records: string[][];
  try {
    records = parse(text, {
      delimiter,
      relax_column_count: true,
      relax_quotes: true,
      bom: true,
      max_record_size: 1024 * 1024,
    });
  } catch (error) {
    throw unreadable(`it is no CSV (${error instanceof Error ? error.message : String(error)})`);
  }
  const grid = new SheetGrid(name, options, new CellCount());
  for (const [row, cells] of records.entries()) {
    if (!cells.every((cell, column) => grid.put(row, column, cell))) break;
  }
  const sign = delimiter === "\t" ? "tab" : delimiter;
  const facts = { charset, delimiter: sign, rows: String(records.length) };
  return { format: "csv", facts, parts: [grid.part()], notes: [] };
}

const delimiters = [",", ";", "\t", "|"];

/** The sign that stands equally often in most of the first lines, outside of quotes. */
function delimiterOf(text: string): string {
  const lines = text
    .slice(0, 64 * 1024)
    .replaceAll(/"(?:[^"]|"")*"/g, "")
    .split(/\r?\n/)
    .filter(Boolean)
    .slice(0, 50);
  const scores = delimiters.map((delimiter) => {
    const counts = lines.map((line) => line.split(delimiter).length - 1);
    const first = counts[0] ?? 0;
    const even = counts.filter((count) => count === first).length;
    return { delimiter, score: first === 0 ? 0 : (even / counts.length) * 1_000 + first };
  });
  return scores.toSorted((a, b) => b.score - a.score)[0]?.delimiter ?? ",";
}
