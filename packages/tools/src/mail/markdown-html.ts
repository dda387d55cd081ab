import { Marked } from "marked";

const safeLink = /^(?:https?:|mailto:)/i;

/**
 * Markdown as the HTML of a mail. Tags in it are text, links lead to the web and to addresses alone, and pictures are
 * links: what is written for a mail loads nothing from anywhere.
 */
export function markdownHtml(markdown: string): string {
  const marked = new Marked({
    gfm: true,
    breaks: true,
    renderer: {
      html: ({ text }) => escaped(text),
      link({ href, tokens }) {
        const words = this.parser.parseInline(tokens);
        return safeLink.test(href) ? `<a href="${escaped(href)}">${words}</a>` : words;
      },
      image({ href, text }) {
        const words = escaped(text || href);
        return safeLink.test(href) ? `<a href="${escaped(href)}">${words}</a>` : words;
      },
    },
  });
  const body = marked.parse(markdown, { async: false });
  return `<!doctype html><html><head><meta charset="utf-8"></head><body>${body}</body></html>`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
