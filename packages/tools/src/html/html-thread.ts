import { serveThread } from "../thread/serve-thread.ts";
import { plainText } from "./plain-text.ts";
import { readArticle, type Article, type HtmlPart } from "./read-article.ts";

/** `plain`: the text alone, in a time that its length alone tells. */
export interface HtmlWork {
  page: string;
  url: string;
  part: HtmlPart | "plain";
}

serveThread(({ page, url, part }: HtmlWork): Article => {
  if (part !== "plain") return readArticle(page, url, part);
  return { markdown: plainText(page), whole: true };
});
