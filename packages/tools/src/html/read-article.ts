import { Readability } from "@mozilla/readability";
import { parseHTML } from "linkedom";
import { cleanHtml } from "./clean-html.ts";
import { htmlToMarkdown } from "./html-to-markdown.ts";
import { protect, restore } from "./protected-text.ts";

/** `article`: the main text of a page, where it has one; `page`: all that a person sees of it. */
export type HtmlPart = "article" | "page";

export interface Article {
  markdown: string;
  title?: string;
  byline?: string;
  published?: string;
  site?: string;
  language?: string;
  /** There was no main text to tell from the rest: this is all of the page. */
  whole: boolean;
}

const MAX_FIELD_CHARS = 500;

/** The text of a page and what it says of itself. May take seconds for a hostile one: see `readHtml`. */
export function readArticle(page: string, url: string, part: HtmlPart): Article {
  const { html, linkedData, title, language } = cleanHtml(page, new URL(url));
  const data = linkedData.map(
    (text) => `<script type="application/ld+json">${text.replaceAll("</", "<\\/")}</script>`,
  );
  const document = open(html, title, data.join(""));
  const body = part === "page" ? htmlToMarkdown(document.body) : "";
  const found = new Readability(document, { keepClasses: true, charThreshold: 200 }).parse();
  const about = {
    title: found?.title || title,
    byline: found?.byline,
    published: found?.publishedTime,
    site: found?.siteName,
    language: found?.lang ?? language,
  };
  if (part === "page") return { markdown: body, ...told(about), whole: true };
  const article = found?.content ? htmlToMarkdown(open(found.content).body) : "";
  if (article) return { markdown: article, ...told(about), whole: false };
  return { markdown: htmlToMarkdown(open(html).body), ...told(about), whole: true };
}

function open(body: string, title = "", head = ""): Document {
  const { document } = parseHTML(
    `<!doctype html><html><head><title>${protect(title)}</title>${head}</head><body>${body}</body></html>`,
  );
  return document;
}

function told(about: Record<string, string | null | undefined>): Partial<Article> {
  return Object.fromEntries(
    Object.entries(about).flatMap(([name, value]) => {
      const text = restore(value ?? "")
        .replaceAll(/\s+/g, " ")
        .trim()
        .slice(0, MAX_FIELD_CHARS)
        .toWellFormed();
      return text ? [[name, text]] : [];
    }),
  );
}
