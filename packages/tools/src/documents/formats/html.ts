import { readPage } from "../../html/read-page.ts";
import type { ParsedDocument } from "../document.ts";
import { decodeText } from "./text.ts";

export async function parseHtml(content: Uint8Array): Promise<ParsedDocument> {
  const { title, markdown } = readPage((await decodeText(content)).text);
  const parts = [{ kind: "text" as const, markdown }];
  return { format: "html", ...(title && { title }), facts: {}, parts, notes: [] };
}
