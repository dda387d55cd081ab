import { z } from "zod";
import { defineTool } from "../tool.ts";
import { openBelow } from "./folder.ts";
import { globMatcher, globPattern } from "./glob.ts";
import { pathSchema, segmentsOf } from "./path.ts";
import { walk } from "./walk.ts";
import { inWorkspace } from "./workspace.ts";

const entrySchema = z.strictObject({
  path: z.string(),
  kind: z.enum(["file", "folder", "other"]),
  bytes: z.int(),
});

/** Lists by name, folders before their content. */
export const filesList = defineTool({
  name: "files_list",
  description:
    "Lists files and folders of the workspace, or of a folder in it, with all subfolders; with a glob, those that fit it.",
  input: z.strictObject({
    path: pathSchema.default(""),
    glob: globPattern.optional(),
    limit: z.int().min(1).max(1_000).default(200),
  }),
  output: z.strictObject({ entries: z.array(entrySchema), truncated: z.boolean() }),
  risk: "read",
  reach: "run",
  recovery: "idempotent",
  timeoutMs: 15_000,
  maxAttempts: 2,
  examples: [{ input: { path: "" }, runs: true }],
  call: ({ path, glob, limit }, context) =>
    inWorkspace(context, async (root) => {
      const segments = segmentsOf(path);
      const fits = glob === undefined ? () => true : await globMatcher(glob);
      const folder = await openBelow(root, segments);
      try {
        const entries: z.infer<typeof entrySchema>[] = [];
        for await (const entry of walk(folder, { hidden: segments.length > 0 })) {
          context.signal.throwIfAborted();
          const { kind, bytes } = entry;
          if (!fits(entry.path)) continue;
          if (entries.length === limit) return { entries, truncated: true };
          entries.push({ path: [...segments, entry.path].join("/"), kind, bytes });
        }
        return { entries, truncated: false };
      } finally {
        await folder.close();
      }
    }),
});
