import type { BatchRow } from "@flotilla/api";
import type { RunStatus } from "@flotilla/core";
import type { StoreView } from "@flotilla/store";
import { stringify } from "csv-stringify/sync";

const rowsPerPage = 1_000;

export interface RowExport {
  batchId: string;
  status: RunStatus | undefined;
}

/** Every row as one line of JSON, page by page. */
export async function* exportJsonl(store: StoreView, wanted: RowExport): AsyncGenerator<string> {
  for await (const rows of rowPages(store, wanted)) {
    yield rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  }
}

/**
 * Every row as a record of CSV (RFC 4180), page by page. The input's columns are those of the
 * first thousand rows. A cell that a spreadsheet would take for a formula gets a leading `'`.
 */
export async function* exportCsv(store: StoreView, wanted: RowExport): AsyncGenerator<string> {
  let inputColumns: string[] | undefined;
  for await (const rows of rowPages(store, wanted)) {
    const header = inputColumns === undefined;
    inputColumns ??= [...new Set(rows.flatMap((row) => Object.keys(row.data)))];
    const columns = csvColumns(inputColumns);
    const records = rows.map((row) => columns.map(({ value }) => value(row)));
    if (header) records.unshift(columns.map(({ name }) => name));
    yield stringify(records, { escape_formulas: true });
  }
  if (inputColumns === undefined) yield stringify([csvColumns([]).map(({ name }) => name)]);
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

type Cell = string | number | null;

interface Column {
  name: string;
  value: (row: BatchRow) => Cell;
}

function csvColumns(inputColumns: string[]): Column[] {
  return [
    { name: "row", value: (row) => row.row },
    { name: "line", value: (row) => row.line },
    { name: "status", value: (row) => row.status },
    { name: "run_id", value: (row) => row.runId },
    ...inputColumns.map((column): Column => ({
      name: `input.${column}`,
      value: (row) => cellOf(row.data[column]),
    })),
    { name: "output", value: (row) => cellOf(row.output) },
    { name: "error_code", value: (row) => row.error?.code ?? null },
    { name: "error_message", value: (row) => row.error?.message ?? null },
    { name: "steps", value: (row) => row.stepCount },
    { name: "input_tokens", value: (row) => row.inputTokens },
    { name: "output_tokens", value: (row) => row.outputTokens },
    { name: "cost_usd", value: (row) => (row.costMicros / 1_000_000).toFixed(6) },
    { name: "cost_incomplete", value: (row) => String(row.costIncomplete) },
    { name: "started_at", value: (row) => row.startedAt },
    { name: "ended_at", value: (row) => row.endedAt },
  ];
}

/** Text as it is, anything else as JSON. */
function cellOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}
