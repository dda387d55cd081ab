import { FlotillaError, type JsonObject } from "@flotilla/core";
import { parse } from "csv-parse/browser/esm/sync";

export type FileFormat = "csv" | "jsonl";

/** The first rows of a file: enough to see its columns and to try a prompt on. */
export interface SampleRows {
  format: FileFormat;
  columns: string[];
  rows: JsonObject[];
}

/** How much of a file is read for its sample; the server reads the whole. */
export const sampleBytes = 64 * 1024;
const mostRows = 20;

/**
 * The sample of a file. Rows that are broken, or cut off where the sample ends, are left out:
 * the server names them when it loads the file.
 *
 * Throws `invalid_request` when the name has another ending than .csv, .jsonl or .ndjson, and
 * `row_invalid` when no row can be read.
 */
export async function sampleFile(file: File): Promise<SampleRows> {
  const bytes = await file.slice(0, sampleBytes).arrayBuffer();
  // A character cut in two at the end is dropped, not shown as a question mark.
  const text = new TextDecoder().decode(bytes, { stream: true });
  return sampleText(file.name, text);
}

export function sampleText(name: string, text: string): SampleRows {
  const format = fileFormat(name);
  const rows = format === "csv" ? csvSample(text) : jsonlSample(text);
  if (rows.length === 0) {
    throw new FlotillaError("row_invalid", `No row can be read from ${name}.`, {
      remedy:
        format === "csv"
          ? "The first line names the columns; each line after it is a row."
          : "Each line is one JSON object.",
    });
  }
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return { format, columns, rows };
}

function fileFormat(name: string): FileFormat {
  if (/\.csv$/i.test(name)) return "csv";
  if (/\.(jsonl|ndjson)$/i.test(name)) return "jsonl";
  throw new FlotillaError("invalid_request", `${name} is neither CSV nor JSONL.`, {
    remedy: "Choose a file that ends in .csv, .jsonl or .ndjson.",
  });
}

function csvSample(text: string): JsonObject[] {
  const records: string[][] = [];
  try {
    parse(text, {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      to: mostRows + 1,
      on_record: (record: string[]) => {
        records.push(record);
        return null;
      },
    });
  } catch (error) {
    // A quote left open by the cut: what was read before it counts.
    if (records.length === 0) throw toRowError(error);
  }
  const [header = [], ...rest] = records;
  const names = header.map((name) => name.trim());
  const whole = rest.filter((record) => record.length === names.length);
  return whole.map((record) => Object.fromEntries(names.map((name, i) => [name, record[i] ?? ""])));
}

function toRowError(error: unknown): FlotillaError {
  return new FlotillaError("row_invalid", `The CSV cannot be read: ${(error as Error).message}`, {
    remedy: "Quote fields that hold commas, quotes or line breaks, and double inner quotes.",
  });
}

function jsonlSample(text: string): JsonObject[] {
  const rows: JsonObject[] = [];
  for (const line of text.split("\n")) {
    if (rows.length === mostRows) break;
    const row = parseObject(line);
    if (row) rows.push(row);
  }
  return rows;
}

function parseObject(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
