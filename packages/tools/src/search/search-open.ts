import { z } from "zod";
import { cutToJson } from "../cut.ts";
import { defineTool, type Tool } from "../tool.ts";
import type { LocalSearch } from "./local/local-search.ts";

const ENVELOPE_BYTES = 8 * 1024;

/** Reads a file that `web_search` has found. */
export function searchOpen(local: LocalSearch, maxResultBytes: number): Tool {
  return defineTool({
    name: "search_open",
    description: "Reads the text of a file that web_search has found, by its url (files:…).",
    input: z.strictObject({
      url: z.string().min(1).max(4_096),
      offset: z.int().min(0).default(0).describe("character of the text to start from"),
    }),
    output: z.strictObject({
      url: z.string(),
      title: z.string(),
      text: z.string(),
      characters: z.int(),
      nextOffset: z.int().optional().describe("where to read on"),
    }),
    risk: "read",
    reach: "own",
    emits: ["document", "private"],
    recovery: "idempotent",
    timeoutMs: 30_000,
    maxAttempts: 2,
    async call({ url, offset }, context) {
      const { title, text } = await local.open(url, context.signal);
      const shown = cutToJson(text.slice(offset), Math.max(0, maxResultBytes - ENVELOPE_BYTES));
      const next = offset + shown.text.length;
      const about = { url, title, text: shown.text, characters: text.length };
      return { ...about, ...(next < text.length && { nextOffset: next }) };
    },
  });
}
