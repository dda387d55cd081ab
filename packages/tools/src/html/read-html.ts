import { FlotillaError } from "@flotilla/core";
import { openThreads } from "../thread/open-threads.ts";
import { ThreadError } from "../thread/thread-error.ts";
import type { HtmlWork } from "./html-thread.ts";
import type { Article, HtmlPart } from "./read-article.ts";

/** A long article takes a tenth of a second; what takes so long is made to. */
const READ_MS = 8_000;
const PLAIN_MS = 5_000;

const threads = openThreads<HtmlWork, Article>({
  script: new URL("./html-thread.ts", import.meta.url),
  name: "html",
  most: 2,
  memoryBytes: 256 * 2 ** 20,
});

/**
 * A page as Markdown, read by a thread of its own. One that is made to take long or much is given as its plain text.
 * Throws `tool_failed` where even that fails, and the signal's reason.
 *
 * @param url where it came from; relative links are made absolute
 */
export async function readHtml(
  page: string,
  url: string,
  part: HtmlPart,
  signal: AbortSignal,
): Promise<Article> {
  try {
    return await threads.run({ page, url, part }, { timeoutMs: READ_MS, signal });
  } catch (error) {
    if (!(error instanceof ThreadError)) throw error;
  }
  try {
    return await threads.run({ page, url, part: "plain" }, { timeoutMs: PLAIN_MS, signal });
  } catch (error) {
    if (!(error instanceof ThreadError)) throw error;
    throw new FlotillaError("tool_failed", "The page could not be read.", {
      remedy: "Ask for it as raw, or try another source.",
      cause: error,
    });
  }
}
