import type { ConnectionLogin } from "@flotilla/core";
import { z } from "zod";
import type { Question } from "../http/exchange.ts";
import { authorization } from "../connection/authorization.ts";
import { readAnswer } from "./odd-answer.ts";
import { webResult, type SearchQuestion } from "./result.ts";

/** It has no pages: as many as it gives are asked for, and cut into pages here. */
const MAX_RESULTS = 20;

const answerSchema = z.object({ results: z.array(z.unknown()) });
const resultSchema = z.object({
  url: z.string(),
  title: z.string().nullish(),
  content: z.string().nullish(),
  published_date: z.string().nullish(),
});

export function tavilyQuestion(
  url: URL,
  { query, page, limit, site, within }: SearchQuestion,
  login: ConnectionLogin | null,
): Question {
  const body = {
    query,
    search_depth: "basic",
    max_results: Math.min(page * limit + 1, MAX_RESULTS),
    ...(within !== undefined && { time_range: within }),
    ...(site !== undefined && { include_domains: [site] }),
  };
  const headers = { "content-type": "application/json", ...authorization(login) };
  return { method: "POST", url, headers, body: JSON.stringify(body) };
}

export function tavilyResults(body: unknown, { page, limit }: SearchQuestion) {
  const { results } = readAnswer("Tavily", answerSchema, body);
  const found = results.flatMap((one) => {
    const parsed = resultSchema.safeParse(one).data;
    const { url = "", title, content: snippet, published_date: published } = parsed ?? {};
    return webResult({ title, url, snippet, published, source: "tavily" }) ?? [];
  });
  const start = (page - 1) * limit;
  return { results: found.slice(start, start + limit), hasMore: found.length > start + limit };
}
