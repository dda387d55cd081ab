import { encrypted, type Archive } from "./archive.ts";
import type { DocumentFormat } from "./document.ts";
import { unreadable } from "./unreadable.ts";

const startBytes = 64 * 1024;

/** Formats that are archives. */
export type ArchivedFormat = Extract<
  DocumentFormat,
  "docx" | "xlsx" | "pptx" | "odt" | "ods" | "odp"
>;
/** What the first bytes tell; `zip` is decided by what is in it. */
export type Sniffed = Exclude<DocumentFormat, ArchivedFormat> | "zip";

/** Of a file in it, or of the end of an empty one. */
const archiveStarts = ["PK\x03\x04", "PK\x05\x06"];
const imageStarts: readonly RegExp[] = [
  /^\x89PNG\r\n/,
  /^\xff\xd8\xff/,
  /^GIF8[79]a/,
  /^RIFF[^]{4}WEBP/,
  /^BM[^]{4}\0\0\0\0/,
  /^II\*\0/,
  /^MM\0\*/,
  /^[^]{4}ftyp(?:avif|heic|heix|mif1|msf1)/,
];

/**
 * The format by the content; the name only tells apart what is text either way.
 * Throws `tool_failed` with what to do for formats that are known and not read.
 */
export function sniff(content: Uint8Array, name: string): Sniffed {
  if (content.length === 0) throw unreadable("it is empty");
  const start = Buffer.from(content.subarray(0, startBytes)).toString("latin1");
  if (/^[^]{0,1024}?%PDF-/.test(start)) return "pdf";
  if (archiveStarts.some((bytes) => start.startsWith(bytes))) return "zip";
  if (start.startsWith("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) throw compound(content);
  if (start.startsWith("{\\rtf")) {
    throw unreadable("it is RTF", "Ask for it as DOCX, ODT or PDF.");
  }
  if (imageStarts.some((pattern) => pattern.test(start))) return "image";
  if (
    /^(?:\uFEFF|\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^]*?-->\s*)*(?:<!doctype svg[^>]*>\s*)?<svg[\s>]/i.test(
      start,
    )
  )
    return "image";
  return textFormat(start, name.toLowerCase());
}

function textFormat(start: string, name: string): Sniffed {
  const isUtf16 = /^(?:\xff\xfe|\xfe\xff)/.test(start);
  if (!isUtf16 && start.includes("\0")) {
    throw unreadable(
      "it is no format that is known here",
      "Documents can be PDF, DOCX, XLSX, PPTX, ODT, ODS, ODP, HTML, EML, CSV, Markdown, text and images.",
    );
  }
  if (
    /^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^]*?-->\s*)*<(?:!doctype html|html|head|body)[\s>]/i.test(
      start,
    )
  )
    return "html";
  if (name.endsWith(".eml") || isMail(start)) return "eml";
  if (/\.html?$|\.xhtml$/.test(name)) return "html";
  if (/\.[ct]sv$|\.tab$/.test(name)) return "csv";
  if (/\.(?:md|markdown)$/.test(name)) return "markdown";
  return "text";
}

/** Two of the fields that mails have, before the first empty line. */
function isMail(start: string): boolean {
  const [head = ""] = start.split(/\r?\n\r?\n/, 1);
  const fields =
    /^(?:from|to|subject|date|message-id|mime-version|received|return-path|delivered-to):/gim;
  const isHead = /^(?:[!-9;-~]+:[^\n]*\n?(?:[ \t][^\n]*\n?)*)+$/.test(head.slice(0, 8_192));
  return (
    isHead && new Set([...head.matchAll(fields)].map(([name]) => name.toLowerCase())).size >= 3
  );
}

/** Microsoft's older container: of documents with a password, and of the formats before 2007. */
function compound(content: Uint8Array): Error {
  const names = Buffer.from(content).toString("utf16le");
  const odd = Buffer.from(content.subarray(1)).toString("utf16le");
  const has = (name: string) => names.includes(name) || odd.includes(name);
  if (has("EncryptedPackage")) return encrypted();
  return unreadable(
    "it is in a format of Office before 2007, or a mail of Outlook",
    "Ask for it as DOCX, XLSX, PPTX, PDF or EML.",
  );
}

/** What an archive holds. Throws `tool_failed` for one that is no document. */
export async function sniffArchive(archive: Archive): Promise<ArchivedFormat> {
  if (archive.has("word/document.xml")) return "docx";
  if (archive.has("xl/workbook.xml")) return "xlsx";
  if (archive.has("ppt/presentation.xml")) return "pptx";
  if (archive.has("content.xml") && archive.has("mimetype")) {
    const type = (await archive.text("mimetype")).trim();
    const found = /^application\/vnd\.oasis\.opendocument\.(text|spreadsheet|presentation)/.exec(
      type,
    );
    if (found?.[1] === "text") return "odt";
    if (found?.[1] === "spreadsheet") return "ods";
    if (found?.[1] === "presentation") return "odp";
  }
  throw unreadable(
    "it is a ZIP archive that holds no document of a known format",
    "Ask for the files in it one by one.",
  );
}
