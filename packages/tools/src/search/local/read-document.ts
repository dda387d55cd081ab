import { closeSync, constants, openSync, readSync } from "node:fs";
import { readArticle } from "../../html/read-article.ts";

const MAX_FILE_BYTES = 4 * 1024 * 1024;
const MAX_TEXT_CHARS = 1_000_000;
const MAX_TITLE_CHARS = 200;

export interface LocalDocument {
  title: string | undefined;
  text: string;
}

/** The text of a file and its title; `undefined` for what is no text, or larger than anybody wrote. */
export function readDocument(file: string, size: number): LocalDocument | undefined {
  if (size > MAX_FILE_BYTES) return undefined;
  const content = contentOf(file, size);
  if (!content || content.includes(0)) return undefined;
  const text = decode(content);
  if (/\.x?html?$/i.test(file)) return pageOf(text);
  return { title: titleOf(text), text: text.slice(0, MAX_TEXT_CHARS) };
}

function contentOf(file: string, size: number): Buffer | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const content = Buffer.alloc(size);
    return content.subarray(0, readSync(descriptor, content, 0, size, 0));
  } finally {
    closeSync(descriptor);
  }
}

function decode(content: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    return new TextDecoder("windows-1252").decode(content);
  }
}

function pageOf(page: string): LocalDocument {
  const { markdown, title } = readArticle(page, "file:///", "page");
  return { title, text: markdown.slice(0, MAX_TEXT_CHARS) };
}

/** The first heading of Markdown, or a title in front matter. */
function titleOf(text: string): string | undefined {
  const start = text.slice(0, 4_000);
  const matter = /^---\n(?:[^\n]*\n){0,50}?title:\s*["']?([^\n"']+)/.exec(start)?.[1];
  const heading = /^#{1,2}\s+(.+?)\s*#*$/m.exec(start)?.[1];
  return (matter ?? heading)?.trim().slice(0, MAX_TITLE_CHARS) || undefined;
}
