import type { Block } from "../document.ts";
import { toMarkdown } from "../markdown.ts";

/** A slide: its title as a heading, what is on it, and what is to be said to it. */
export function slideMarkdown(title: string, blocks: readonly Block[], notes: string): string {
  const head: Block[] = title ? [{ kind: "heading", level: 2, runs: [{ text: title }] }] : [];
  const shown = toMarkdown([...head, ...blocks]);
  return notes ? `${shown}\n\nNotes:\n\n${notes}`.trim() : shown;
}
