import { readHtml } from "../html/read-html.ts";
import type { Answer } from "./exchange.ts";
import { mediaTypeOf, textOf, type Text } from "./text.ts";

/** How much of a page is given: its main text, all that it shows, or what was sent. */
export const bodyForms = ["readable", "text", "raw"] as const;
export type BodyForm = (typeof bodyForms)[number];

const pages = new Set(["text/html", "application/xhtml+xml"]);

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
  const decoded = await textOf(answer, contentType);
  if (as === "raw" || decoded.text === "" || !isPage(contentType, decoded.text)) return decoded;
  const part = as === "readable" ? "article" : "page";
  const article = await readHtml(decoded.text, url.href, part, signal);
  const { markdown: text, whole: _whole, ...about } = article;
  return { text, about, ...(text === "" && { note: "The page shows no text." }) };
}

/** By its type, or by its beginning where it comes without one. */
function isPage(contentType: string | undefined, text: string): boolean {
  const type = mediaTypeOf(contentType);
  if (type) return pages.has(type);
  return /^\s*(?:<!--[^>]{0,1000}-->\s*)?<(?:!doctype html|html|head|body)[\s>]/i.test(text);
}
