import { Buffer } from "node:buffer";
import type { RowsLoaded } from "@flotilla/api";
import {
  FlotillaError,
  jsonDepth,
  templateColumns,
  type ErrorRecord,
  type JsonObject,
  type RedactPort,
} from "@flotilla/core";
import { requireColumns } from "@flotilla/engine";
import type { StoreView } from "@flotilla/store";
import { deepestJson } from "./http/check-json.ts";
import { databaseAway } from "./problem.ts";

/** A row as it goes into the store; its line is null for rows given as JSON. */
export interface InputRow {
  line: number | null;
  data: JsonObject;
  error: ErrorRecord | null;
}

const rowsPerInsert = 1_000;
const bytesPerInsert = 4 * 1024 * 1024;
const badRowsTold = 100;

/**
 * Adds rows to a draft batch in parts, so that any number of them takes little memory. A part is
 * kept once it is in, without known secrets: when the input fails further on, the error says how many rows were kept.
 */
export async function loadBatchRows(
  store: StoreView,
  batchId: string,
  rows: AsyncIterable<InputRow> | Iterable<InputRow>,
  redact: RedactPort,
): Promise<RowsLoaded> {
  const loaded: RowsLoaded = { rows: 0, bad: 0, badRows: [] };
  let part: InputRow[] = [];
  let bytes = 0;
  const insert = async () => {
    if (part.length === 0) return;
    await store.batches.addRows(batchId, part);
    for (const row of part) count(loaded, row);
    part = [];
    bytes = 0;
  };
  try {
    for await (const given of rows) {
      const row = redact.json(withDepthChecked(given));
      part.push(row);
      bytes += Buffer.byteLength(JSON.stringify(row.data));
      if (part.length >= rowsPerInsert || bytes >= bytesPerInsert) await insert();
    }
    await insert();
  } catch (error) {
    throw loaded.rows > 0 ? withRowsKept(error, loaded.rows) : error;
  }
  return loaded;
}

/**
 * The rows of a JSON request. A row that lacks a column of the template comes out with its error.
 * Throws `invalid_request` when the first row does.
 */
export function inlineRows(rows: JsonObject[], template: string): InputRow[] {
  const columns = templateColumns(template);
  if (rows[0]) requireColumns(columns, Object.keys(rows[0]));
  return rows.map((data, i) => {
    const missing = columns.filter((column) => !Object.hasOwn(data, column));
    const error =
      missing.length > 0 ? badRow(`Row ${i + 1}: no column "${missing.join('", "')}".`) : null;
    return { line: null, data, error };
  });
}

function count(loaded: RowsLoaded, { line, error }: InputRow): void {
  loaded.rows += 1;
  if (!error) return;
  loaded.bad += 1;
  if (loaded.badRows.length < badRowsTold) {
    loaded.badRows.push({ line: line ?? loaded.rows, message: error.message });
  }
}

function withDepthChecked(row: InputRow): InputRow {
  if (jsonDepth(row.data) <= deepestJson) return row;
  const message = `Line ${row.line}: the JSON nests deeper than ${deepestJson} levels.`;
  return { ...row, data: {}, error: badRow(message) };
}

function badRow(message: string): ErrorRecord {
  return new FlotillaError("row_invalid", message).toRecord();
}

function withRowsKept(thrown: unknown, kept: number): unknown {
  const error = thrown instanceof FlotillaError ? thrown : databaseAway(thrown);
  if (!error) return thrown;
  return new FlotillaError(
    error.code,
    `${error.message} The batch keeps the ${kept} rows that came before.`,
    {
      remedy: `${error.remedy} Upload what follows row ${kept}, or cancel this batch and begin anew.`,
      details: { rowsKept: kept },
      cause: error,
    },
  );
}
