import type { ConnectionLogin } from "@flotilla/core";
import { z } from "zod";
import type { Question } from "../http/exchange.ts";
import { readAnswer } from "./odd-answer.ts";
import { webResult, type SearchQuestion } from "./result.ts";

const MAX_COUNT = 20;
const LAST_PAGE = 10;
const freshness = { day: "pd", week: "pw", month: "pm", year: "py" };

/** `WebSearchApiResponse` of the Brave Search API; without `web` nothing was found. */
const answerSchema = z.object({
  type: z.literal("search"),
  query: z.object({ more_results_available: z.boolean().optional() }).optional(),
  web: z.object({ results: z.array(z.unknown()) }).nullish(),
});
const resultSchema = z.object({
  url: z.string(),
  title: z.string().nullish(),
  description: z.string().nullish(),
  page_age: z.string().nullish(),
});

export function braveQuestion(
  url: URL,
  { query, page, limit, site, within }: SearchQuestion,
  login: ConnectionLogin | null,
): Question {
  const asked = new URL(url);
  asked.searchParams.set("q", site === undefined ? query : `${query} site:${site}`);
  asked.searchParams.set("count", String(Math.min(limit, MAX_COUNT)));
  asked.searchParams.set("offset", String(Math.min(page, LAST_PAGE) - 1));
  if (within !== undefined) asked.searchParams.set("freshness", freshness[within]);
  const headers = { accept: "application/json", "x-subscription-token": login?.secret ?? "" };
  return { method: "GET", url: asked, headers };
}

export function braveResults(body: unknown, { limit, page }: SearchQuestion) {
  const { web, query } = readAnswer("Brave", answerSchema, body);
  const found = (web?.results ?? []).flatMap((one) => {
    const parsed = resultSchema.safeParse(one).data;
    const { url = "", title, description: snippet, page_age: published } = parsed ?? {};
    return webResult({ title, url, snippet, published, source: "brave" }) ?? [];
  });
  const hasMore = query?.more_results_available === true && page < LAST_PAGE;
  return { results: found.slice(0, limit), hasMore };
}
