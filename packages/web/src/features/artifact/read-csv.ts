import { parse } from "csv-parse/browser/esm/sync";

export interface Csv {
  /** Each name once: one that comes again has its place behind it. */
  columns: string[];
  rows: string[][];
}

/** undefined: it is no CSV. */
export function readCsv(text: string): Csv | undefined {
  try {
    const [head, ...rows]: string[][] = parse(text, {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
    });
    if (!head) return undefined;
    const columns = head.map((name, index) =>
      name === "" || head.indexOf(name) !== index ? `${name} (${String(index + 1)})`.trim() : name,
    );
    return { columns, rows };
  } catch {
    return undefined;
  }
}
