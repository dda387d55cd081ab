import { artifactTool, FlotillaError } from "@flotilla/core";
import { z } from "zod";
import { cutToJson } from "./cut.ts";
import { findText, lineStarts } from "./find-text.ts";
import { defineTool } from "./tool.ts";

const mostBytes = 16 * 1024;

const count = z.int().min(0);

/** Reads on in what was too long to show: from a character on, by lines, or around a text. */
export const artifactRead = defineTool({
  name: artifactTool,
  description:
    "Reads part of a result that was too long to show, named by its artifact: from an offset in characters on (the default), some lines, or the places where a text occurs.",
  input: z.strictObject({
    artifact: z.string().regex(/^art_[0-9a-z]{26}$/, "give the artifact that the result names"),
    offset: count.optional().describe("first character, from 0"),
    fromLine: z.int().min(1).optional().describe("first line, from 1"),
    lines: z.int().min(1).max(10_000).optional().describe("how many lines at most"),
    search: z.string().min(1).max(500).optional().describe("a text to find, in any case"),
  }),
  output: z.strictObject({
    artifact: z.string(),
    characters: count,
    totalLines: count,
    text: z.string().optional(),
    nextOffset: count.nullable().optional().describe("where to read on; null at the end"),
    matches: z.array(z.strictObject({ offset: count, line: count, text: z.string() })).optional(),
    truncated: z.boolean(),
  }),
  risk: "read",
  reach: "run",
  recovery: "idempotent",
  timeoutMs: 60_000,
  maxAttempts: 3,
  examples: [{ input: { artifact: "art_01hzy3v9k2m4n6p8q0r2t4v6x8", search: "total" } }],
  async call({ artifact: id, offset, fromLine, lines, search }, context) {
    const ways = [offset, fromLine ?? lines, search].filter((one) => one !== undefined);
    if (ways.length > 1) {
      throw new FlotillaError(
        "tool_input_invalid",
        "Give an offset, lines or a search, one of them.",
      );
    }
    const { text } = await context.artifact(id);
    const places = lineStarts(text);
    const about = { artifact: id, characters: text.length, totalLines: places.length };
    if (search !== undefined) return { ...about, ...findText(text, search, places) };
    const from = Math.min(offset ?? places[(fromLine ?? 1) - 1] ?? text.length, text.length);
    const end =
      lines === undefined ? text.length : (places[(fromLine ?? 1) - 1 + lines] ?? text.length);
    const shown = cutToJson(text.slice(from, end).toWellFormed(), mostBytes);
    const next = from + shown.text.length;
    const nextOffset = next < text.length ? next : null;
    return { ...about, text: shown.text, nextOffset, truncated: nextOffset !== null };
  },
});
