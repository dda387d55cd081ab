import type { ThreadSend } from "@flotilla/api";
import { FlotillaError } from "@flotilla/core";

/** A text that goes along with a message. */
export type Attached = NonNullable<ThreadSend["attachments"]>[number];

export const mostAttachments = 16;
const longestText = 4_000_000;

const known: Readonly<Record<string, string>> = {
  json: "application/json",
  jsonl: "application/x-ndjson+json",
  xml: "application/xml",
  yaml: "application/yaml",
  yml: "application/yaml",
  csv: "text/csv",
  md: "text/markdown",
  html: "text/html",
};

/** Reads a file somebody chose. Throws `invalid_request` for one that is no text, or too long. */
export async function readAttachment(file: File): Promise<Attached> {
  const name = file.name.slice(-200);
  if (file.size > longestText * 4) throw refused(name, "is too large", "Attach a part of it.");
  const text = await file.text();
  if (text === "") throw refused(name, "is empty", "Attach a file that says something.");
  if (/[\0\uFFFD]/.test(text)) {
    const remedy = "Attach text: CSV, JSON, Markdown, source code, …";
    throw refused(name, "is not text", remedy);
  }
  if (text.length > longestText) throw refused(name, "is too large", "Attach a part of it.");
  const ending = name.split(".").pop()?.toLowerCase() ?? "";
  return { name, mediaType: known[ending] ?? "text/plain", text };
}

function refused(name: string, what: string, remedy: string): FlotillaError {
  return new FlotillaError("invalid_request", `${name} ${what}.`, { remedy });
}
