import { lstat, unlink } from "node:fs/promises";
import { z } from "zod";
import { defineTool } from "../tool.ts";
import { plain } from "./file-labels.ts";
import { ignore, openBelow } from "./folder.ts";
import { filePathOf, invalidPath, pathSchema } from "./path.ts";
import { changingWorkspace } from "./workspace.ts";

/** Removes a file, or a link itself; what is gone already stays gone. */
export const filesDelete = defineTool({
  name: "files_delete",
  description: "Deletes one file of the workspace. It is no error when there is none.",
  input: z.strictObject({ path: pathSchema }),
  output: z.strictObject({ path: z.string(), deleted: z.boolean() }),
  risk: "destructive",
  reach: "run",
  recovery: "idempotent",
  timeoutMs: 15_000,
  maxAttempts: 2,
  examples: [{ input: { path: "notes.md" } }],
  call: ({ path }, context) =>
    changingWorkspace(context, async (root) => {
      const target = filePathOf(path);
      const folder = await openBelow(root, target.folder);
      try {
        const stat = await lstat(folder.at(target.name)).catch(ignore("ENOENT"));
        if (!stat) return { path, deleted: false };
        if (stat.isDirectory()) throw invalidPath(path, "is a folder; delete its files");
        await unlink(folder.at(target.name));
        await folder.sync();
        await context.fileLabels.keep([plain(path)], null);
        return { path, deleted: true };
      } finally {
        await folder.close();
      }
    }),
});
