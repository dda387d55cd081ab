import { parseDocument } from "../documents/parse-document.ts";
import { joinParts } from "../documents/read.ts";
import { readHtml } from "../html/read-html.ts";
import type { Answer } from "./exchange.ts";
import { mediaTypeOf, textOf, type Text } from "./text.ts";

/** How much of a page is given: its main text, all that it shows, or what was sent. */
export const bodyForms = ["readable", "text", "raw"] as const;
export type BodyForm = (typeof bodyForms)[number];

const pages = new Set(["text/html", "application/xhtml+xml"]);

const office = "application/vnd.openxmlformats-officedocument";
const open = "application/vnd.oasis.opendocument";
const documents = new Set([
  "application/pdf",
  ...["wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation"].map(
    (kind) => `${office}.${kind}`,
  ),
  ...["text", "spreadsheet", "presentation"].map((kind) => `${open}.${kind}`),
]);

/** Whether it is of a kind that is read as a document. */
export function isDocument(contentType: string | undefined): boolean {
  return documents.has(mediaTypeOf(contentType));
}

export interface ReadBody extends Text {
  /** What a page says of itself. */
  about?: Partial<Record<"title" | "byline" | "published" | "site" | "language", string>>;
}

/** The content of an answer in the form that is asked for; anything but a page has one form only. */
export async function readBody(
  answer: Pick<Answer, "body" | "truncated" | "headers" | "url">,
  { as, signal }: { as: BodyForm; signal: AbortSignal },
): Promise<ReadBody> {
  const { headers, url } = answer;
  const contentType = headers["content-type"];
  if (as !== "raw" && isDocument(contentType)) return documentOf(answer, signal);
  const decoded = await textOf(answer, contentType);
  if (as === "raw" || decoded.text === "" || !isPage(contentType, decoded.text)) return decoded;
  const part = as === "readable" ? "article" : "page";
  const article = await readHtml(decoded.text, url.href, part, signal);
  const { markdown: text, whole: _whole, ...about } = article;
  return { text, about, ...(text === "" && { note: "The page shows no text." }) };
}

async function documentOf(
  { body, truncated, url }: Pick<Answer, "body" | "truncated" | "url">,
  signal: AbortSignal,
): Promise<ReadBody> {
  if (truncated) return { text: "", note: "The document is too large to be read." };
  const name = url.pathname.split("/").at(-1) ?? "";
  const document = await parseDocument(body, name, {}, signal);
  const every = document.parts.map((_, index) => index + 1);
  const { text } = joinParts(document, every);
  const { title, notes } = document;
  const note = [...notes, ...(text === "" ? ["The document has no text."] : [])].join(" ");
  return { text, ...(title && { about: { title } }), ...(note && { note }) };
}

/** By its type, or by its beginning where it comes without one. */
function isPage(contentType: string | undefined, text: string): boolean {
  const type = mediaTypeOf(contentType);
  if (type) return pages.has(type);
  return /^\s*(?:<!--[^>]{0,1000}-->\s*)?<(?:!doctype html|html|head|body)[\s>]/i.test(text);
}
