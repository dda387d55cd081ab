import type { Artifact } from "@flotilla/core";
import { isShownImage } from "../../components/shown-image.ts";

/** How content is shown. `document`: its words. `other`: not at all, it can be saved. */
export type ContentKind = "image" | "markdown" | "json" | "csv" | "text" | "document" | "other";

const byEnding: Record<string, ContentKind> = {
  md: "markdown",
  markdown: "markdown",
  json: "json",
  csv: "csv",
};

const documentType =
  /^(application\/(pdf|vnd\.openxmlformats-officedocument\..+|vnd\.oasis\.opendocument\.(text|spreadsheet|presentation))|message\/rfc822)$/;

/** By the type; of plain text by the name's ending. HTML is text: nothing of it is ever run. */
export function contentKind({
  mediaType,
  name,
}: Pick<Artifact, "mediaType" | "name">): ContentKind {
  const type = (mediaType.split(";", 1)[0] ?? "").trim().toLowerCase();
  if (isShownImage(type)) return "image";
  if (type === "text/markdown") return "markdown";
  if (type === "text/csv") return "csv";
  if (type === "application/json" || type.endsWith("+json")) return "json";
  if (documentType.test(type)) return "document";
  if (type === "text/plain") {
    return byEnding[name.toLowerCase().split(".").at(-1) ?? ""] ?? "text";
  }
  const isText =
    type.startsWith("text/") || /^application\/(x-ndjson|yaml|xml|javascript)$/.test(type);
  return isText || type.endsWith("+xml") ? "text" : "other";
}

/** Content that is larger is not loaded into the page. */
export const mostShownBytes = 8_000_000;

/** Lines of text, JSON with its values each on a line of its own. What ends the last line begins no other one. */
export function linesOf(kind: ContentKind, text: string): string[] {
  return (kind === "json" ? pretty(text) : text).replace(/\r?\n$/, "").split(/\r?\n/);
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** The numbers of lines that hold what is looked for, in any case; nothing when that is nothing. */
export function findLines(lines: readonly string[], sought: string): number[] {
  const words = sought.trim().toLowerCase();
  if (words === "") return [];
  return lines.flatMap((line, number) => (line.toLowerCase().includes(words) ? [number] : []));
}
