import { visibleText } from "@flotilla/core";

/** What an e-mail says. */
export interface EmailText {
  subject: string;
  text: string;
  html: string;
}

export interface Letter {
  subject: string;
  body: string;
  /** Names and values, as `Agent: refunds`. */
  facts: readonly (readonly [name: string, value: string])[];
  /** What the reader may open. */
  action?: { label: string; url: string } | undefined;
  /** Why he got this. */
  footer: string;
}

const longestSubject = 160;
const longestBody = 10_000;

/** An e-mail as text and as simple HTML. Whatever the letter holds is text in both. */
export function emailText(letter: Letter): EmailText {
  const subject = visibleText(letter.subject).replaceAll(/\s+/g, " ").trim();
  const body = visibleText(cut(letter.body.replaceAll("\r\n", "\n"), longestBody)).trim();
  const facts = letter.facts.map(([name, value]) => [name, visibleText(value)] as const);
  const footer = visibleText(letter.footer);
  const { action } = letter;
  const parts = [
    subject,
    body,
    facts.map(([name, value]) => `${name}: ${value}`).join("\n"),
    action && `${action.label}: ${action.url}`,
    `-- \n${footer}`,
  ];
  const html = [
    `<p><strong>${escapeHtml(subject)}</strong></p>`,
    body && `<pre style="white-space:pre-wrap;font:inherit">${escapeHtml(body)}</pre>`,
    facts.length > 0 &&
      `<p>${facts.map(([name, value]) => `${escapeHtml(name)}: ${escapeHtml(value)}`).join("<br>")}</p>`,
    action && `<p><a href="${escapeHtml(action.url)}">${escapeHtml(action.label)}</a></p>`,
    `<p style="color:#666;font-size:12px">${escapeHtml(footer)}</p>`,
  ];
  return {
    subject: cut(subject, longestSubject),
    text: `${parts.filter(Boolean).join("\n\n")}\n`,
    html: `<!doctype html><html><body style="font-family:sans-serif">${html.filter(Boolean).join("\n")}</body></html>\n`,
  };
}

function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 1).trimEnd()}…` : text;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (one) => entities[one] ?? one);
}
