import {
  FlotillaError,
  searchUrl,
  type ConnectionLogin,
  type OpenedConnection,
} from "@flotilla/core";
import type { Reach } from "../connection/reach.ts";
import { exchange, type Answer, type Question } from "../http/exchange.ts";
import { oddAnswer } from "./odd-answer.ts";
import { braveQuestion, braveResults } from "./brave.ts";
import type { SearchPage, SearchQuestion, SearchResult } from "./result.ts";
import { searxngQuestion, searxngResults } from "./searxng.ts";
import { tavilyQuestion, tavilyResults } from "./tavily.ts";

const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** How a service is asked, and how its answer is read. */
export interface SearchService {
  question(url: URL, asked: SearchQuestion, login: ConnectionLogin | null): Question;
  /** Throws a ZodError for an answer that is not of its form. */
  results(body: unknown, asked: SearchQuestion): Omit<SearchPage, "note">;
}

const services: Record<"searxng" | "brave" | "tavily", SearchService> = {
  searxng: { question: searxngQuestion, results: searxngResults },
  brave: { question: braveQuestion, results: braveResults },
  tavily: { question: tavilyQuestion, results: tavilyResults },
};

/** Asks the search service of a connection. Throws `tool_failed`, saying what to do about it. */
export async function askService(
  reach: Reach,
  { settings, login }: OpenedConnection<"search">,
  asked: SearchQuestion,
  signal: AbortSignal,
): Promise<SearchPage> {
  const { question, results } = services[settings.service];
  const network = reach.network();
  try {
    const answer = await exchange(question(new URL(searchUrl(settings)), asked, login), {
      network,
      signal,
      maxBytes: MAX_ANSWER_BYTES,
      repeatable: true,
      // The login is in the request already.
      place: async (request) => request,
    });
    checkStatus(settings.service, answer);
    const found = results(parse(settings.service, answer), asked);
    return { ...found, results: unique(found.results) };
  } finally {
    await network.destroy();
  }
}

function parse(service: string, { body, truncated }: Answer): unknown {
  try {
    if (truncated) throw new SyntaxError("it is too long");
    return JSON.parse(body.toString());
  } catch (error) {
    throw oddAnswer(service, error);
  }
}

function checkStatus(service: string, { status, headers, body }: Answer): void {
  if (status === 200) return;
  const said = body.toString().replaceAll(/\s+/g, " ").slice(0, 300);
  const words = `${service} answered ${status}${said ? `: ${said}` : ""}`;
  if (status === 429 || status >= 500) {
    const seconds = Number((headers["retry-after"] ?? headers["x-ratelimit-reset"])?.split(",")[0]);
    throw new FlotillaError("tool_failed", `${words}.`, {
      transient: true,
      remedy: "It is tried again.",
      ...(seconds >= 0 && seconds < 3_600 && { retryAfterMs: seconds * 1_000 }),
    });
  }
  const remedy =
    status === 401 || status === 403
      ? "Set the connection again with a key that is valid: flotilla connections add"
      : "Change the question, or look at the service's plan and settings.";
  throw new FlotillaError("tool_failed", `${words}.`, { remedy });
}

function unique(results: readonly SearchResult[]): SearchResult[] {
  const seen = new Set<string>();
  return results.filter(({ url }) => !seen.has(url) && seen.add(url));
}
