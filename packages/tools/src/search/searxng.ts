import type { ConnectionLogin } from "@flotilla/core";
import { z } from "zod";
import type { Question } from "../http/exchange.ts";
import { authorization } from "../connection/authorization.ts";
import { readAnswer } from "./odd-answer.ts";
import { webResult, type SearchQuestion } from "./result.ts";

/** As `searx/webutils.py` of SearXNG writes it. */
const answerSchema = z.object({
  results: z.array(z.unknown()),
});
const resultSchema = z.object({
  url: z.string(),
  title: z.string().nullish(),
  content: z.string().nullish(),
  publishedDate: z.string().nullish(),
});

export function searxngQuestion(
  url: URL,
  { query, page, site, within }: SearchQuestion,
  login: ConnectionLogin | null,
): Question {
  const asked = new URL("search", url.href.replace(/\/?$/, "/"));
  asked.searchParams.set("q", site === undefined ? query : `${query} site:${site}`);
  asked.searchParams.set("format", "json");
  asked.searchParams.set("pageno", String(page));
  if (within !== undefined) asked.searchParams.set("time_range", within);
  const headers = { accept: "application/json", ...authorization(login) };
  return { method: "GET", url: asked, headers };
}

export function searxngResults(body: unknown, { limit }: SearchQuestion) {
  const { results } = readAnswer("SearXNG", answerSchema, body);
  const found = results.flatMap((one) => {
    const parsed = resultSchema.safeParse(one).data;
    const { url = "", title, content: snippet, publishedDate: published } = parsed ?? {};
    return webResult({ title, url, snippet, published, source: "searxng" }) ?? [];
  });
  return { results: found.slice(0, limit), hasMore: results.length > 0 };
}
