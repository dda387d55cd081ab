import { FlotillaError } from "@flotilla/core";
import { z } from "zod";
import { pathSchema } from "../files/path.ts";
import { writeFileOf } from "../files/write-file.ts";
import { openThreads } from "../thread/open-threads.ts";
import { ThreadError } from "../thread/thread-error.ts";
import { defineTool, type Tool } from "../tool.ts";
import { mediaTypes, type WrittenFormat } from "./media-types.ts";
import type { WriteWork, Written } from "./write-thread.ts";
import { cellSchema, sheetSchema } from "./write/spec.ts";

const timeoutMs = 60_000;

const threads = openThreads<WriteWork, Written>({
  script: new URL("./write-thread.ts", import.meta.url),
  name: "documents",
  most: 2,
  memoryBytes: 512 * 2 ** 20,
});

const input = z.strictObject({
  path: pathSchema.describe(
    "where to write it; its ending is the format: .docx, .pdf, .xlsx or .csv",
  ),
  markdown: z
    .string()
    .max(2_000_000)
    .optional()
    .describe(
      "the text of a DOCX or PDF, in Markdown; <!-- page break --> alone in a paragraph begins a page",
    ),
  title: z.string().max(300).optional().describe("of a DOCX or PDF, beside its text"),
  sheets: z.array(sheetSchema).min(1).max(50).optional().describe("of an XLSX"),
  rows: z.array(z.array(cellSchema).max(1_000)).max(100_000).optional().describe("of a CSV"),
  delimiter: z.enum([",", ";", "\t"]).default(",").describe("of a CSV"),
});

/** Makes the documents that people ask for, in the workspace and as an artifact. */
export function documentWrite(workspaceBytes: number): Tool {
  return defineTool({
    name: "document_write",
    description:
      "Writes a document into the workspace and keeps it as an artifact that people can open: DOCX or PDF from Markdown with headings, lists, tables and links; XLSX from sheets with numbers, dates, formats and formulas; CSV from rows.",
    input,
    output: z.strictObject({
      path: z.string(),
      bytes: z.int(),
      artifact: z.string(),
      notes: z.array(z.string()),
    }),
    risk: "write",
    reach: "run",
    recovery: "idempotent",
    timeoutMs: 90_000,
    maxAttempts: 1,
    examples: [{ input: { path: "report.docx", markdown: "# Report\n\nAll is well." } }],
    async call(asked, context) {
      const work = workOf(asked);
      const { content, notes } = await threads
        .run(work, { timeoutMs, signal: context.signal })
        .catch((error: unknown) => {
          throw error instanceof ThreadError ? failure(error) : error;
        });
      const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
      const { path } = await writeFileOf(context, asked.path, bytes, workspaceBytes);
      const name = path.split("/").at(-1) ?? path;
      const kept = await context.keep({ name, mediaType: mediaTypes[work.format], content: bytes });
      return { path, bytes: bytes.length, artifact: kept.id, notes };
    },
  });
}

function workOf({
  path,
  markdown,
  title,
  sheets,
  rows,
  delimiter,
}: z.output<typeof input>): WriteWork {
  const format = /\.(docx|pdf|xlsx|csv)$/i.exec(path)?.[1]?.toLowerCase() as
    | WrittenFormat
    | undefined;
  switch (format) {
    case "docx":
    case "pdf":
      if (markdown === undefined) throw missing(format, "markdown");
      return { format, markdown, title };
    case "xlsx":
      if (!sheets) throw missing(format, "sheets");
      return { format, sheets };
    case "csv":
      if (!rows) throw missing(format, "rows");
      return { format, rows, delimiter };
    case undefined:
      throw new FlotillaError("tool_input_invalid", `${path} is no format that can be written.`, {
        remedy: "End the path in .docx, .pdf, .xlsx or .csv; files_write writes text.",
      });
  }
}

function missing(format: WrittenFormat, field: string): FlotillaError {
  return new FlotillaError(
    "tool_input_invalid",
    `A ${format.toUpperCase()} is made from ${field}.`,
    {
      remedy: `Give ${field}.`,
    },
  );
}

function failure(error: ThreadError): FlotillaError {
  const ends = {
    time: "it took too long",
    memory: "it needs too much memory",
    failed: error.message,
  };
  return new FlotillaError(
    "tool_failed",
    `The document could not be written: ${ends[error.how]}.`,
    {
      remedy: "Write less, or several documents.",
      cause: error,
    },
  );
}
