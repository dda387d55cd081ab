import { serveThread } from "../thread/serve-thread.ts";
import type { Cell, Sheet } from "./write/spec.ts";

/** What is to be written, by its format. */
export type WriteWork =
  | { format: "docx" | "pdf"; markdown: string; title: string | undefined }
  | { format: "xlsx"; sheets: Sheet[] }
  | { format: "csv"; rows: Cell[][]; delimiter: string };

export interface Written {
  content: Uint8Array;
  /** What could not be written as it was asked for. */
  notes: string[];
}

serveThread(async (work: WriteWork): Promise<Written> => {
  switch (work.format) {
    case "xlsx":
      return { content: await (await import("./write/xlsx.ts")).writeXlsx(work.sheets), notes: [] };
    case "csv": {
      const { writeCsv } = await import("./write/csv.ts");
      return { content: writeCsv(work.rows, work.delimiter), notes: [] };
    }
    case "docx":
    case "pdf": {
      const { blocksOf } = await import("./write/markdown-blocks.ts");
      const blocks = blocksOf(work.markdown);
      if (work.format === "docx") {
        const { writeDocx } = await import("./write/docx.ts");
        return { content: await writeDocx(blocks, work.title), notes: [] };
      }
      const { writePdf } = await import("./write/pdf.ts");
      const { fontFile } = await import("./write/font-file.ts");
      const { missingLetters } = await import("./write/missing-letters.ts");
      const missing = await missingLetters(work.markdown, fontFile("DejaVuSans"));
      const notes =
        missing.length > 0
          ? [`The PDF's font has no ${missing.join(" ")}; write a DOCX to keep them.`]
          : [];
      return { content: await writePdf(blocks, work.title), notes };
    }
  }
});
