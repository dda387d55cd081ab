import { artifactSchema, type Artifact } from "@flotilla/core";
import { z } from "zod";
import { pageSchema } from "./page.ts";
import type { Transport } from "./transport.ts";

export const artifactParamsSchema = z.object({
  artifactId: z.string().regex(/^art_[0-9a-z]{26}$/, "not an artifact id"),
});

export const artifactListSchema = pageSchema(artifactSchema);

/** The words of a document, as Markdown. */
export const documentWordsSchema = z.object({
  /** What its bytes say it is: `pdf`, `docx`, `xlsx`. */
  format: z.string(),
  title: z.string().optional(),
  /** What it is divided into by itself; a text that is not is one `text`. */
  parts: z.array(
    z.object({
      kind: z.enum(["page", "slide", "sheet", "text"]),
      /** Of a sheet, or a slide's title. */
      name: z.string().optional(),
      markdown: z.string(),
    }),
  ),
  /** There is more of it: the answer has the first million characters. */
  truncated: z.boolean(),
  /** What else was left out, and why. */
  notes: z.array(z.string()),
});
export type DocumentWords = z.infer<typeof documentWordsSchema>;

export function artifactClient(http: Transport) {
  const path = (artifactId: string) => `/artifacts/${encodeURIComponent(artifactId)}`;
  return {
    list: (runId: string) =>
      http.json<{ items: Artifact[] }>("GET", `/runs/${encodeURIComponent(runId)}/artifacts`),
    about: (artifactId: string) => http.json<Artifact>("GET", `${path(artifactId)}/about`),
    /** The content as it was written. */
    get: (artifactId: string) => http.raw("GET", path(artifactId)),
    /** What a document says: PDF, those of office programs, mails, web pages. */
    words: (artifactId: string) => http.json<DocumentWords>("GET", `${path(artifactId)}/words`),
  };
}
