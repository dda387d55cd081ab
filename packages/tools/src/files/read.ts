import { z } from "zod";
import { cutToJson } from "../cut.ts";
import { defineTool, type Tool } from "../tool.ts";
import { readText } from "./content.ts";
import { openBelow } from "./folder.ts";
import { filePathOf, pathSchema } from "./path.ts";
import { inWorkspace } from "./workspace.ts";

/** What a result holds beside the content. */
const ENVELOPE_BYTES = 8 * 1024;

/** Reads a text file by lines, as many as fit into a result. */
export function filesRead(maxResultBytes: number): Tool {
  return defineTool({
    name: "files_read",
    description: "Reads lines of a text file in the workspace.",
    input: z.strictObject({
      path: pathSchema,
      fromLine: z.int().min(1).default(1),
      lines: z.int().min(1).max(10_000).default(1_000).describe("how many lines at most"),
    }),
    output: z.strictObject({
      path: z.string(),
      content: z.string(),
      fromLine: z.int(),
      totalLines: z.int(),
      truncated: z.boolean().describe("lines follow, or the last one is cut"),
    }),
    risk: "read",
    reach: "run",
    recovery: "idempotent",
    timeoutMs: 15_000,
    maxAttempts: 2,
    examples: [{ input: { path: "notes.md", fromLine: 1, lines: 40 } }],
    call: ({ path, fromLine, lines }, context) =>
      inWorkspace(context, async (root) => {
        const target = filePathOf(path);
        const folder = await openBelow(root, target.folder);
        try {
          const all = linesOf(await readText(folder, target.name, path));
          const chosen = all.slice(fromLine - 1, fromLine - 1 + lines);
          const shown = cutToJson(chosen.join(""), Math.max(0, maxResultBytes - ENVELOPE_BYTES));
          const truncated = shown.cut || fromLine - 1 + lines < all.length;
          return { path, content: shown.text, fromLine, totalLines: all.length, truncated };
        } finally {
          await folder.close();
        }
      }),
  });
}

/** Each with its line end, so that joining them gives the text again. */
function linesOf(text: string): string[] {
  return text === "" ? [] : text.split(/(?<=\n)/);
}
