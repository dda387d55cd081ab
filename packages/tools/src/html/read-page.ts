import { parseHTML } from "linkedom";
import { cleanHtml } from "./clean-html.ts";
import { htmlToMarkdown } from "./html-to-markdown.ts";
import { restore } from "./protected-text.ts";

/** HTML that has no address of its own, such as a file or a mail: all of it that a person sees. Links in it alone are left out. */
export function readPage(page: string): { markdown: string; title: string | undefined } {
  const { html, title } = cleanHtml(page, new URL("about:blank"));
  const { document } = parseHTML(`<!doctype html><html><body>${html}</body></html>`);
  return { markdown: htmlToMarkdown(document.body), title: title && restore(title) };
}
