import { FlotillaError } from "@flotilla/core";
import { availableParallelism } from "node:os";
import { z } from "zod";
import { openThreads } from "../thread/open-threads.ts";
import { ThreadError } from "../thread/thread-error.ts";
import { defineTool } from "../tool.ts";
import { labelRead } from "./file-labels.ts";
import { openBelow } from "./folder.ts";
import { globMatcher, globPattern } from "./glob.ts";
import { pathSchema, segmentsOf } from "./path.ts";
import type { SearchShare, SearchWork } from "./search-thread.ts";
import { inWorkspace } from "./workspace.ts";

const SEARCH_MS = 25_000;
const shares = Math.min(4, availableParallelism());

const threads = openThreads<SearchWork, SearchShare>({
  script: new URL("./search-thread.ts", import.meta.url),
  name: "files search",
  most: shares,
  memoryBytes: 256 * 2 ** 20,
});

/** Threads share the files, so that no search holds up the event loop. */
export const filesSearch = defineTool({
  name: "files_search",
  description:
    "Finds lines in the text files of the workspace that contain a text or match a regular expression (RE2 syntax).",
  input: z.strictObject({
    text: z.string().min(1).max(1_000),
    regex: z.boolean().default(false),
    ignoreCase: z.boolean().default(false),
    path: pathSchema.default("").describe("folder to search in"),
    glob: globPattern.optional(),
    around: z.int().min(0).max(10).default(0).describe("lines to show before and after each"),
    limit: z.int().min(1).max(500).default(100),
  }),
  output: z.strictObject({
    matches: z.array(
      z.strictObject({
        path: z.string(),
        line: z.int(),
        text: z.string(),
        before: z.array(z.string()).optional(),
        after: z.array(z.string()).optional(),
      }),
    ),
    searchedFiles: z.int(),
    truncated: z.boolean(),
  }),
  risk: "read",
  reach: "run",
  recovery: "idempotent",
  timeoutMs: 30_000,
  maxAttempts: 2,
  examples: [{ input: { text: "refund" }, runs: true }],
  call: ({ path, limit, glob, around, ...query }, context) =>
    inWorkspace(context, async (root) => {
      if (glob !== undefined) await globMatcher(glob);
      const segments = segmentsOf(path);
      const folder = await openBelow(root, segments);
      try {
        const work = {
          folder: folder.at("."),
          hidden: segments.length > 0,
          query,
          glob,
          limit,
          around,
        };
        const found = await Promise.all(
          Array.from({ length: shares }, (_, index) =>
            threads.run(
              { ...work, share: { index, of: shares } },
              { timeoutMs: SEARCH_MS, signal: context.signal },
            ),
          ),
        );
        const result = merge(found, segments, limit);
        await labelRead(
          context,
          result.matches.map((match) => match.path),
        );
        return result;
      } catch (error) {
        throw error instanceof ThreadError ? asToolError(error) : error;
      } finally {
        await folder.close();
      }
    }),
});

/** Each share holds the first of its own, so together they hold the first of all. */
function merge(found: readonly SearchShare[], segments: readonly string[], limit: number) {
  const all = found.flatMap(({ matches }) => matches).toSorted((a, b) => a.order - b.order);
  const matches = all.slice(0, limit).map(({ match }) => match);
  for (const match of matches) match.path = [...segments, match.path].join("/");
  const searchedFiles = found.reduce((sum, share) => sum + share.searchedFiles, 0);
  return { matches, searchedFiles, truncated: all.length > limit };
}

function asToolError(error: ThreadError): FlotillaError {
  if (error.how === "failed" && error.thrown?.startsWith("RE2")) {
    return new FlotillaError("tool_input_invalid", `text: ${error.message}.`, {
      remedy: "Correct the regular expression (RE2 syntax: no lookaround, no backreferences).",
    });
  }
  return new FlotillaError("tool_failed", "The search did not come to an end.", {
    remedy: "Search in a folder, with a glob, or for a simpler pattern.",
    cause: error,
  });
}
