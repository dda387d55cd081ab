import { pipeline, Readable } from "node:stream";
import {
  FlotillaError,
  templateColumns,
  type ErrorRecord,
  type Json,
  type JsonObject,
} from "@flotilla/core";
import { parse } from "csv-parse";

/** A row of input, or what is wrong with it. */
export interface LoadedRow {
  /** Line of the file it begins on, from 1. */
  line: number;
  data: JsonObject;
  error: ErrorRecord | null;
}

export type RowFormat = "csv" | "jsonl";

const longestRow = 4 * 1024 * 1024;

/**
 * Reads rows of any number from a stream. A bad row (broken JSON, too few or too many fields,
 * a column of the template missing) comes out with its error; the others come out
 * good.
 *
 * Throws `invalid_request` before the first row when the input as a whole cannot work: a
 * column of the template is not in the CSV header, or not in the first good JSON row.
 */
export async function* loadRows(
  format: RowFormat,
  body: AsyncIterable<Uint8Array>,
  template: string,
): AsyncGenerator<LoadedRow> {
  const columns = templateColumns(template);
  const rows = format === "csv" ? csvRows(body, columns) : jsonlRows(body);
  let checked = false;
  for await (const row of rows) {
    if (!row.error && !checked) {
      requireColumns(columns, Object.keys(row.data));
      checked = true;
    }
    yield row.error ? row : withColumnsChecked(row, columns);
  }
}

/** Throws `invalid_request` naming every column of the template that is missing. */
export function requireColumns(columns: string[], present: string[]): void {
  const missing = columns.filter((column) => !present.includes(column));
  if (missing.length === 0) return;
  throw new FlotillaError(
    "invalid_request",
    `The template names ${missing.map((one) => `{{${one}}}`).join(", ")}, which the rows do not have.`,
    { remedy: `Use the columns that are there: ${present.join(", ") || "none"}.` },
  );
}

function withColumnsChecked(row: LoadedRow, columns: string[]): LoadedRow {
  const missing = columns.filter((column) => !Object.hasOwn(row.data, column));
  return missing.length === 0
    ? row
    : bad(row.line, row.data, `no column "${missing.join('", "')}"`);
}

function bad(line: number, data: JsonObject, what: string): LoadedRow {
  const error = new FlotillaError("row_invalid", `Line ${line}: ${what}.`).toRecord();
  return { line, data, error };
}

async function* csvRows(
  body: AsyncIterable<Uint8Array>,
  columns: string[],
): AsyncGenerator<LoadedRow> {
  let header: string[] | undefined;
  // Not `pipe`: an upload that is cut off must end the parser, with that error.
  const parser = pipeline(
    Readable.from(body),
    parse({
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: longestRow,
    }),
    () => undefined,
  );
  try {
    // csv-parse counts a CRLF within quotes as two lines, so lines are counted here.
    let linesBefore = 0;
    for await (const { record, info } of parser as AsyncIterable<CsvRecord>) {
      const line = linesBefore + info.empty_lines + 1;
      linesBefore += 1 + record.join("\0").split(/\r\n|\n|\r/).length - 1;
      if (!header) {
        header = record.map((name) => name.trim());
        const twice = header.find((name, i) => header?.indexOf(name) !== i);
        if (twice !== undefined) {
          throw new FlotillaError("invalid_request", `The CSV header names "${twice}" twice.`);
        }
        requireColumns(columns, header);
      } else {
        const data = Object.fromEntries(header.map((name, i) => [name, record[i] ?? ""]));
        yield record.length === header.length
          ? { line, data, error: null }
          : bad(line, data, `it has ${record.length} of ${header.length} fields`);
      }
    }
  } catch (error) {
    if (error instanceof FlotillaError) throw error;
    throw new FlotillaError(
      "invalid_request",
      `The CSV cannot be read: ${(error as Error).message}`,
      {
        remedy: "Quote fields that hold commas, quotes or line breaks, and double inner quotes.",
      },
    );
  }
}

interface CsvRecord {
  record: string[];
  info: { empty_lines: number };
}

async function* jsonlRows(body: AsyncIterable<Uint8Array>): AsyncGenerator<LoadedRow> {
  let line = 0;
  for await (const text of textLines(body)) {
    line += 1;
    if (text.trim() === "") continue;
    let value: Json;
    try {
      value = JSON.parse(text) as Json;
    } catch (error) {
      yield bad(line, { line: text.slice(0, 500) }, `not valid JSON (${(error as Error).message})`);
      continue;
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      yield bad(line, { value }, "not a JSON object");
    } else {
      yield { line, data: value, error: null };
    }
  }
}

async function* textLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8");
  let rest = "";
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > longestRow) {
      throw new FlotillaError("too_large", `A row is longer than ${longestRow} characters.`);
    }
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== "") yield rest;
}
