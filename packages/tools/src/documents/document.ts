/** What a document's bytes say it is, whatever it is called. */
export const documentFormats = [
  "pdf",
  "docx",
  "xlsx",
  "pptx",
  "odt",
  "ods",
  "odp",
  "html",
  "eml",
  "csv",
  "markdown",
  "text",
  "image",
] as const;
export type DocumentFormat = (typeof documentFormats)[number];

/** A stretch of text in one style. */
export interface TextRun {
  text: string;
  bold?: boolean;
  italic?: boolean;
  strike?: boolean;
  code?: boolean;
  /** Where it leads. */
  link?: string;
}

export interface TableCell {
  text: string;
  /** Its text in its styles, where they are known. */
  runs?: TextRun[];
  align?: "left" | "center" | "right";
  /** How many columns and rows it covers. Default: 1. */
  columns?: number;
  rows?: number;
}

export type Block =
  | { kind: "heading"; level: number; runs: TextRun[] }
  | { kind: "paragraph"; runs: TextRun[] }
  /** `number` is as it is shown; left out where the list has bullets. */
  | { kind: "item"; depth: number; number?: string; runs: TextRun[] }
  | { kind: "quote"; runs: TextRun[] }
  | { kind: "code"; text: string }
  | { kind: "table"; rows: TableCell[][] }
  | { kind: "rule" }
  /** What follows begins a new page. */
  | { kind: "page-break" };

/** What a document is divided into by itself; a text that is not is one `text`. */
export interface DocumentPart {
  kind: "page" | "slide" | "sheet" | "text";
  /** Of a sheet, or a slide's title. */
  name?: string;
  markdown: string;
}

export interface ParsedDocument {
  format: DocumentFormat;
  title?: string;
  /** What else it says of itself: a mail's headers, an image's size. */
  facts: Record<string, string>;
  parts: DocumentPart[];
  /** What a reader has to know: what was left out, and why. */
  notes: string[];
}

/** Which of it is wanted, where reading less costs less. */
export interface ParseOptions {
  /** Rows of sheets and of CSV, from 1; both included. */
  rows?: { from: number; to: number };
  /** Whether the formulas behind the values are told. */
  formulas?: boolean;
}
