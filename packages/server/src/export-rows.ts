import type { BatchRow } from "@flotilla/api";
import { FlotillaError, type RunStatus } from "@flotilla/core";
import type { StoreView } from "@flotilla/store";
import { stringify } from "csv-stringify/sync";

const rowsPerPage = 1_000;

export interface RowExport {
  batchId: string;
  status: RunStatus | undefined;
  /** Only these, in this order. */
  columns: readonly Column[] | undefined;
}

/** Every row as one line of JSON, page by page: the whole of it, or what its columns hold. */
export async function* exportJsonl(store: StoreView, wanted: RowExport): AsyncGenerator<string> {
  const { columns } = wanted;
  const lineOf = (row: BatchRow) =>
    columns
      ? Object.fromEntries(columns.map(({ name, value }) => [name, value(row) ?? null]))
      : row;
  for await (const rows of rowPages(store, wanted)) {
    yield rows.map((row) => `${JSON.stringify(lineOf(row))}\n`).join("");
  }
}

/**
 * Every row as a record of CSV (RFC 4180), page by page. Unless they are chosen, the input's columns are those of
 * the first thousand rows. A cell that a spreadsheet would take for a formula gets a leading `'`.
 */
export async function* exportCsv(store: StoreView, wanted: RowExport): AsyncGenerator<string> {
  let columns = wanted.columns;
  let isBegun = false;
  for await (const rows of rowPages(store, wanted)) {
    columns ??= allColumns([...new Set(rows.flatMap((row) => Object.keys(row.data)))]);
    const shown = columns;
    const records = rows.map((row) => shown.map(({ value }) => cellOf(value(row))));
    if (!isBegun) records.unshift(shown.map(({ name }) => name));
    isBegun = true;
    yield stringify(records, { escape_formulas: true });
  }
  if (!isBegun) yield stringify([(columns ?? allColumns([])).map(({ name }) => name)]);
}

async function* rowPages(
  store: StoreView,
  { batchId, status }: RowExport,
): AsyncGenerator<BatchRow[]> {
  let afterRow = 0;
  for (;;) {
    const rows = await store.batches.rows(batchId, { afterRow, status, limit: rowsPerPage });
    if (rows.length > 0) yield rows;
    if (rows.length < rowsPerPage) return;
    afterRow = rows.at(-1)?.row ?? afterRow;
  }
}

/** A column of a file, named as its header. */
export interface Column {
  name: string;
  value: (row: BatchRow) => unknown;
}

const before: readonly Column[] = [
  { name: "row", value: (row) => row.row },
  { name: "line", value: (row) => row.line },
  { name: "status", value: (row) => row.status },
  { name: "run_id", value: (row) => row.runId },
];

const after: readonly Column[] = [
  { name: "output", value: (row) => row.output },
  { name: "error_code", value: (row) => row.error?.code },
  { name: "error_message", value: (row) => row.error?.message },
  { name: "steps", value: (row) => row.stepCount },
  { name: "input_tokens", value: (row) => row.inputTokens },
  { name: "output_tokens", value: (row) => row.outputTokens },
  { name: "cost_usd", value: (row) => (row.costMicros / 1_000_000).toFixed(6) },
  { name: "cost_incomplete", value: (row) => row.costIncomplete },
  { name: "started_at", value: (row) => row.startedAt },
  { name: "ended_at", value: (row) => row.endedAt },
];

function allColumns(inputColumns: string[]): Column[] {
  return [...before, ...inputColumns.map((name) => columnNamed(`input.${name}`)), ...after];
}

/** One of a row, `input.<column>`, or `output.<field>` of results that are objects. Throws `invalid_request` for any other. */
export function columnNamed(name: string): Column {
  const known = [...before, ...after].find((column) => column.name === name);
  if (known) return known;
  const [, part, field] = /^(input|output)\.(.+)$/s.exec(name) ?? [];
  if (field === undefined) {
    const names = [...before, ...after].map((column) => column.name).join(", ");
    throw new FlotillaError("invalid_request", `A row has no column ${name}.`, {
      remedy: `Choose among ${names}, input.<column> and output.<field>.`,
    });
  }
  return {
    name,
    value: ({ data, output }) => (part === "input" ? data[field] : fieldOf(output, field)),
  };
}

function fieldOf(output: BatchRow["output"], field: string): unknown {
  const isObject = typeof output === "object" && output !== null && !Array.isArray(output);
  return isObject ? output[field] : null;
}

/** Text and figures as they are, anything else as JSON. */
function cellOf(value: unknown): string | number | null {
  if (value === undefined || value === null) return null;
  return typeof value === "string" || typeof value === "number" ? value : JSON.stringify(value);
}
