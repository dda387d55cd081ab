import { FlotillaError } from "@flotilla/core";
import type { FileHandle } from "node:fs/promises";
import { z } from "zod";
import { cutToJson } from "../cut.ts";
import { defineTool, type Tool } from "../tool.ts";
import { labelRead } from "./file-labels.ts";
import { openFile } from "./folder.ts";
import { pathSchema } from "./path.ts";
import { atPlace } from "./place.ts";
import { readByteRange, readLines, textOfPart } from "./read-range.ts";
import { inWorkspace } from "./workspace.ts";

/** What a result holds beside the content. */
const ENVELOPE_BYTES = 8 * 1024;

const inputSchema = z.strictObject({
  path: pathSchema,
  fromLine: z.int().min(1).optional().describe("from 1; the default"),
  lines: z.int().min(1).max(10_000).optional().describe("how many lines at most; default 1000"),
  fromByte: z.int().min(0).optional().describe("reads bytes instead of lines, from 0"),
  bytes: z.int().min(4).max(1_048_576).optional().describe("how many bytes at most"),
});

/** Reads a text file by lines or bytes, as many as fit into a result. */
export function filesRead(maxResultBytes: number): Tool {
  const most = Math.max(0, maxResultBytes - ENVELOPE_BYTES);
  return defineTool({
    name: "files_read",
    description: "Reads lines, or bytes, of a text file in the workspace, however large it is.",
    input: inputSchema,
    output: z.strictObject({
      path: z.string(),
      content: z.string(),
      fromLine: z.int().optional(),
      totalLines: z.int().optional(),
      fromByte: z.int().optional(),
      totalBytes: z.int().optional(),
      nextByte: z.int().optional().describe("where to read on"),
      truncated: z.boolean().describe("more follows, or the last line is cut"),
    }),
    risk: "read",
    reach: "run",
    recovery: "idempotent",
    timeoutMs: 15_000,
    maxAttempts: 2,
    examples: [{ input: { path: "notes.md", fromLine: 1, lines: 40 } }],
    call: (input, context) => {
      const { path, fromByte, bytes } = input;
      const isByBytes = fromByte !== undefined || bytes !== undefined;
      if (isByBytes && (input.fromLine ?? input.lines) !== undefined) {
        throw new FlotillaError("tool_input_invalid", "Ask for lines or for bytes, not for both.");
      }
      return inWorkspace(context, async (root) => {
        const file = await atPlace(root, path, ({ folder, name }) => openFile(folder, name, path));
        try {
          await labelRead(context, [path]);
          return isByBytes ? await bytesOf(file, input, most) : await linesOf(file, input, most);
        } finally {
          await file.close();
        }
      });
    },
  });
}

type Input = z.infer<typeof inputSchema>;

async function linesOf(
  file: FileHandle,
  { path, fromLine = 1, lines = 1_000 }: Input,
  most: number,
) {
  const range = await readLines(file, path, { from: fromLine, lines, maxBytes: most });
  const shown = cutToJson(textOfPart(range.content, path, false).text, most);
  const { totalLines } = range;
  const truncated = shown.cut || range.isCut || fromLine - 1 + lines < totalLines;
  return { path, content: shown.text, fromLine, totalLines, truncated };
}

async function bytesOf(file: FileHandle, input: Input, most: number) {
  const { path, fromByte = 0, bytes = most } = input;
  const { content, totalBytes } = await readByteRange(file, path, { from: fromByte, bytes });
  const { text, skipped } = textOfPart(content, path, fromByte > 0);
  const shown = cutToJson(text, most);
  const next = fromByte + Buffer.byteLength(shown.text) + skipped;
  const truncated = next < totalBytes;
  const about = { path, content: shown.text, fromByte, totalBytes, truncated };
  return { ...about, ...(truncated && { nextByte: next }) };
}
