import { z } from "zod";
import { cutToJson } from "../cut.ts";
import type { Answer } from "./exchange.ts";
import { readBody, type BodyForm } from "./read-body.ts";

const shownHeaders = [
  ...["cache-control", "content-language", "content-length", "date", "etag", "last-modified"],
  ...["link", "location", "retry-after", "www-authenticate"],
];
const MAX_HEADER_CHARS = 1_024;
/** What a result holds beside its body. */
const ENVELOPE_BYTES = 24 * 1024;

export const answerSchema = z.strictObject({
  status: z.int(),
  url: z.string().describe("where the answer came from, after redirects"),
  contentType: z.string().nullable(),
  headers: z.record(z.string(), z.string()),
  title: z.string().optional(),
  byline: z.string().optional(),
  published: z.string().optional(),
  site: z.string().optional(),
  language: z.string().optional(),
  body: z.string(),
  truncated: z.boolean(),
  nextOffset: z.int().optional().describe("offset of the rest of the body"),
  note: z.string().optional(),
});

/** An answer as a model reads it: text from `offset` on, as much as fits into a result. */
export async function present(
  answer: Answer,
  options: { as: BodyForm; offset: number; maxResultBytes: number; signal: AbortSignal },
): Promise<z.input<typeof answerSchema>> {
  const { offset, maxResultBytes } = options;
  const contentType = answer.headers["content-type"];
  const { text, about, note } = await readBody(answer, options);
  const shown = cutToJson(text.slice(offset), Math.max(0, maxResultBytes - ENVELOPE_BYTES));
  const headers = shownHeaders.flatMap((name) => {
    const value = answer.headers[name];
    return value === undefined ? [] : [[name, value.slice(0, MAX_HEADER_CHARS)]];
  });
  return {
    status: answer.status,
    url: answer.url.href,
    contentType: contentType?.slice(0, MAX_HEADER_CHARS) ?? null,
    headers: Object.fromEntries(headers) as Record<string, string>,
    ...about,
    body: shown.text,
    truncated: shown.cut || answer.truncated,
    ...(shown.cut && { nextOffset: offset + shown.text.length }),
    ...(note !== undefined && { note }),
  };
}
