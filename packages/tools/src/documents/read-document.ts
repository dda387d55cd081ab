import { Archive } from "./archive.ts";
import type { ParsedDocument, ParseOptions } from "./document.ts";
import { sniff, sniffArchive } from "./sniff.ts";

/**
 * A document as Markdown, by what its content is. For the thread that reads documents: it takes as long as it takes.
 * Throws `tool_failed` with what is wrong.
 */
export async function readDocument(
  content: Uint8Array,
  name: string,
  options: ParseOptions,
): Promise<ParsedDocument> {
  const format = sniff(content, name);
  switch (format) {
    case "zip":
      return readArchive(await Archive.open(content), options);
    case "pdf":
      return (await import("./formats/pdf.ts")).parsePdf(content);
    case "html":
      return (await import("./formats/html.ts")).parseHtml(content);
    case "eml":
      return (await import("./formats/eml.ts")).parseEml(content);
    case "csv":
      return (await import("./formats/csv.ts")).parseCsv(content, name, options);
    case "image":
      return (await import("./formats/image.ts")).parseImage(content);
    case "markdown":
    case "text":
      return (await import("./formats/text.ts")).parseText(content, format);
  }
}

async function readArchive(archive: Archive, options: ParseOptions): Promise<ParsedDocument> {
  switch (await sniffArchive(archive)) {
    case "docx":
      return (await import("./formats/docx.ts")).parseDocx(archive);
    case "xlsx":
      return (await import("./formats/xlsx.ts")).parseXlsx(archive, options);
    case "pptx":
      return (await import("./formats/pptx.ts")).parsePptx(archive);
    case "odt":
      return (await import("./formats/odt.ts")).parseOdt(archive);
    case "ods":
      return (await import("./formats/ods.ts")).parseOds(archive, options);
    case "odp":
      return (await import("./formats/odp.ts")).parseOdp(archive);
  }
}
