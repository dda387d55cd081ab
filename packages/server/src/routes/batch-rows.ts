import {
  batchExportQuerySchema,
  batchParamsSchema,
  batchRowPageSchema,
  batchRowsQuerySchema,
  rowsLoadedSchema,
} from "@flotilla/api";
import { FlotillaError, type Batch } from "@flotilla/core";
import { loadRows, type RowFormat } from "@flotilla/engine";
import { guardedRoute } from "../access/guarded-route.ts";
import { permittedBatch } from "../access/permitted-batch.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { columnNamed, exportCsv, exportJsonl } from "../export-rows.ts";
import { answerFile } from "../http/answer-file.ts";
import { refusal } from "../http/refusal.ts";
import { loadBatchRows } from "../load-batch-rows.ts";
import { jsonAnswers, textAnswers } from "../openapi.ts";
import { decodeCursor, pageOf } from "../page.ts";

const tags = ["batches"];

const csv = "text/csv";
const jsonl = "application/x-ndjson";
const formats: Readonly<Record<string, RowFormat>> = {
  [csv]: "csv",
  [jsonl]: "jsonl",
  "application/jsonl": "jsonl",
};

const text = { schema: { type: "string" as const } };

const upload = guardedRoute("batches.write", {
  method: "post",
  path: "/batches/{batchId}/rows",
  summary: "Upload rows to a draft, any number of them; may be called again for more",
  description:
    "CSV with a header, or JSON lines. A bad row is kept with its error, the others run. When the " +
    "input fails midway, the problem says how many rows the batch keeps.",
  tags,
  request: {
    params: batchParamsSchema,
    body: { required: true, content: { [csv]: text, [jsonl]: text, "application/jsonl": text } },
  },
  responses: jsonAnswers("What became of the rows.", rowsLoadedSchema),
});

const list = guardedRoute("batches.read", {
  method: "get",
  path: "/batches/{batchId}/rows",
  summary: "A batch's rows with their results, in input order",
  tags,
  request: { params: batchParamsSchema, query: batchRowsQuerySchema },
  responses: jsonAnswers("A page of rows.", batchRowPageSchema),
});

const download = guardedRoute("batches.read", {
  method: "get",
  path: "/batches/{batchId}/export",
  summary: "A batch's rows with their results as a file; works while it runs",
  description:
    "JSON lines hold a BatchRow each. CSV holds the input's columns as `input.<column>`, those of " +
    "the first thousand rows; cells that a spreadsheet would take for a formula begin with `'`. " +
    "With `columns` both hold those alone; of results that are objects `output.<field>` is one.",
  tags,
  request: { params: batchParamsSchema, query: batchExportQuerySchema },
  responses: textAnswers("The file.", jsonl, csv),
});

export function batchRowRoutes(app: ApiApp, parts: AppParts): void {
  app.openapi(upload, async (c) => {
    const format = formatOf(c.req.header("content-type"));
    const batch = await permittedBatch(c, "batches.write", c.req.valid("param").batchId);
    if (batch.fork) throw madeOfRuns(batch.id);
    const { body } = c.req.raw;
    if (!body) throw new FlotillaError("invalid_request", "The request has no rows.");
    const rows = loadRows(format, received(body), batch.template);
    const redact = parts.redact.of(batch.organisation);
    return c.json(await loadBatchRows(c.var.store, batch.id, rows, redact));
  });

  app.openapi(list, async (c) => {
    const { batchId } = c.req.valid("param");
    const { cursor, limit, status, from } = c.req.valid("query");
    const afterRow = Math.max(from - 1, Number(decodeCursor(cursor, /^\d{1,9}$/) ?? 0));
    await permittedBatch(c, "batches.read", batchId);
    const wanted = { afterRow, status, limit: limit + 1 };
    const rows = await c.var.store.batches.rows(batchId, wanted);
    return c.json(pageOf(rows, limit, ({ row }) => String(row)));
  });

  app.openapi(download, async (c) => {
    const { format, status, columns } = c.req.valid("query");
    const { store } = c.var;
    const batch = await permittedBatch(c, "batches.read", c.req.valid("param").batchId);
    const wanted = { batchId: batch.id, status, columns: columns?.map(columnNamed) };
    const chunks = format === "csv" ? exportCsv(store, wanted) : exportJsonl(store, wanted);
    c.header("content-type", format === "csv" ? `${csv}; charset=utf-8` : jsonl);
    c.header("content-disposition", `attachment; filename="${fileName(batch)}.${format}"`);
    return answerFile(c, parts.log, chunks);
  });
}

function madeOfRuns(batchId: string): FlotillaError {
  return new FlotillaError("conflict", `Batch ${batchId} is made of forks: it takes no rows.`, {
    remedy: "Fork further runs as a batch of their own: POST /forks.",
  });
}

function formatOf(contentType: string | undefined): RowFormat {
  const format = formats[contentType?.split(";")[0]?.trim().toLowerCase() ?? ""];
  if (format) return format;
  throw refusal(415, `Rows are taken as ${Object.keys(formats).join(", ")}.`);
}

/** The bytes of an upload. Throws `invalid_request` when the client leaves before its end. */
async function* received(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw new FlotillaError("invalid_request", "The upload broke off before its end.", { cause });
  }
}

/** The batch's name as far as it fits a header. */
function fileName({ name, id }: Batch): string {
  return (
    name
      .replaceAll(/[^\w.-]+/g, "-")
      .replaceAll(/^[-.]+|[-.]+$/g, "")
      .slice(0, 80) || id
  );
}
