import { charsetOf } from "../../http/charset.ts";
import type { ParsedDocument } from "../document.ts";

/** A text in the charset that it is marked with, says itself, or looks like. */
export async function decodeText(content: Uint8Array): Promise<{ text: string; charset: string }> {
  const body = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const charset = await charsetOf({ body, truncated: false }, undefined);
  try {
    return { text: new TextDecoder(charset).decode(body), charset };
  } catch {
    // It says that it is in one which nobody knows.
    return { text: new TextDecoder("windows-1252").decode(body), charset: "windows-1252" };
  }
}

export async function parseText(
  content: Uint8Array,
  format: "markdown" | "text",
): Promise<ParsedDocument> {
  const { text, charset } = await decodeText(content);
  const markdown = text.replaceAll(/\r\n?/g, "\n");
  return { format, facts: { charset }, parts: [{ kind: "text", markdown }], notes: [] };
}
