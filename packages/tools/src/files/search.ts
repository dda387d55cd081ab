import { FlotillaError } from "@flotilla/core";
import { z } from "zod";
import { defineTool } from "../tool.ts";
import { decodeText, readBytes } from "./content.ts";
import { openBelow } from "./folder.ts";
import { pathSchema, segmentsOf } from "./path.ts";
import { walk, type Entry } from "./walk.ts";
import { inWorkspace } from "./workspace.ts";

/** Larger files are passed over; searching one would hold up every other run of the process. */
const MAX_SEARCHED_BYTES = 2 * 1024 * 1024;
const MAX_LINE_CHARS = 300;

type Matches = (line: string) => boolean;

/** Regular expressions are RE2's: their time is linear in the text, whatever the pattern. */
export const filesSearch = defineTool({
  name: "files_search",
  description:
    "Finds lines in the text files of the workspace that contain a text or match a regular expression (RE2 syntax).",
  input: z.strictObject({
    text: z.string().min(1).max(1_000),
    regex: z.boolean().default(false),
    ignoreCase: z.boolean().default(false),
    path: pathSchema.default("").describe("folder to search in"),
    limit: z.int().min(1).max(500).default(100),
  }),
  output: z.strictObject({
    matches: z.array(z.strictObject({ path: z.string(), line: z.int(), text: z.string() })),
    searchedFiles: z.int(),
    truncated: z.boolean(),
  }),
  risk: "read",
  reach: "run",
  recovery: "idempotent",
  timeoutMs: 30_000,
  maxAttempts: 2,
  examples: [{ input: { text: "refund" }, runs: true }],
  call: ({ path, limit, ...query }, context) =>
    inWorkspace(context, async (root) => {
      const segments = segmentsOf(path);
      const matches = await matcherOf(query);
      const folder = await openBelow(root, segments);
      const found: { path: string; line: number; text: string }[] = [];
      let searchedFiles = 0;
      try {
        for await (const entry of walk(folder, { hidden: segments.length > 0 })) {
          context.signal.throwIfAborted();
          const text = await textOf(entry);
          if (text === undefined) continue;
          searchedFiles++;
          const place = [...segments, entry.path].join("/");
          for (const [index, line] of text.split(/\r?\n/).entries()) {
            if (!matches(line)) continue;
            if (found.length === limit) return { matches: found, searchedFiles, truncated: true };
            found.push({
              path: place,
              line: index + 1,
              text: line.slice(0, MAX_LINE_CHARS).toWellFormed(),
            });
          }
        }
        return { matches: found, searchedFiles, truncated: false };
      } finally {
        await folder.close();
      }
    }),
});

async function textOf({ kind, bytes, folder, name, path }: Entry): Promise<string | undefined> {
  if (kind !== "file" || bytes > MAX_SEARCHED_BYTES) return undefined;
  return decodeText(await readBytes(folder, name, path));
}

async function matcherOf(query: {
  text: string;
  regex: boolean;
  ignoreCase: boolean;
}): Promise<Matches> {
  const { text, ignoreCase } = query;
  if (!query.regex) {
    const wanted = ignoreCase ? text.toLowerCase() : text;
    return (line) => (ignoreCase ? line.toLowerCase() : line).includes(wanted);
  }
  const { RE2JS } = await import("re2js");
  try {
    const pattern = RE2JS.compile(text, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
    return (line) => pattern.test(line);
  } catch (error) {
    throw new FlotillaError("tool_input_invalid", `text: ${(error as Error).message}.`, {
      remedy: "Correct the regular expression (RE2 syntax: no lookaround, no backreferences).",
    });
  }
}
