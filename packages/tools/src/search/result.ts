import { z } from "zod";

export const searchResultSchema = z.strictObject({
  title: z.string(),
  url: z.string(),
  snippet: z.string().describe("with what was found in **bold** where the source marks it"),
  published: z.string().optional(),
  source: z.string(),
});
export type SearchResult = z.infer<typeof searchResultSchema>;

export const periods = ["day", "week", "month", "year"] as const;

/** What is asked of a source. */
export interface SearchQuestion {
  query: string;
  /** From 1. */
  page: number;
  limit: number;
  /** Results of this site, or of this folder, alone. */
  site: string | undefined;
  /** Published, or changed, within it. */
  within: (typeof periods)[number] | undefined;
}

export interface SearchPage {
  results: SearchResult[];
  /** Another page may have more. */
  hasMore: boolean;
  /** Something that whoever reads the results should know. */
  note?: string;
}

const MAX_TITLE = 300;
const MAX_SNIPPET = 1_200;

/** A result in bounded, plain text; `undefined` for one that leads nowhere on the web. */
export function webResult(found: {
  title: string | null | undefined;
  url: string;
  snippet: string | null | undefined;
  published: string | null | undefined;
  source: string;
}): SearchResult | undefined {
  const url = URL.parse(found.url);
  if (!url || !/^https?:$/.test(url.protocol) || url.href.length > 2_048) return undefined;
  const published = dateOf(found.published);
  return {
    title: plain(found.title ?? "", MAX_TITLE) || url.host,
    url: url.href,
    snippet: plain(found.snippet ?? "", MAX_SNIPPET),
    ...(published !== undefined && { published }),
    source: found.source,
  };
}

/** Services mark what they found with tags, and write the rest as HTML or as text. */
function plain(text: string, most: number): string {
  return text
    .slice(0, most * 4)
    .replaceAll(/<\/?(?:strong|b|em|mark)>/gi, "**")
    .replaceAll(/<[^<>]{0,200}>/g, "")
    .replaceAll(/&(amp|lt|gt|quot|apos|nbsp|#x27|#39);/g, (_all, name: string) => entities[name]!)
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, most)
    .toWellFormed();
}

const entities: Record<string, string> = {
  ...{ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " ", "#x27": "'", "#39": "'" },
};

function dateOf(text: string | null | undefined): string | undefined {
  const time = text ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
