import { lstat } from "node:fs/promises";
import { z } from "zod";
import { defineTool, type Tool } from "../tool.ts";
import { readBytes } from "./content.ts";
import { ignore, openBelow, type Folder } from "./folder.ts";
import { filePathOf, pathSchema } from "./path.ts";
import { checkQuota, replaceFile } from "./replace.ts";
import { changingWorkspace } from "./workspace.ts";

/** Running it again finds the content in place and changes nothing. */
export function filesWrite(workspaceBytes: number): Tool {
  return defineTool({
    name: "files_write",
    description:
      "Writes a text file of the workspace, replacing it whole; creates missing folders. " +
      "Use files_edit to change part of a file.",
    input: z.strictObject({ path: pathSchema, content: z.string().max(5_242_880) }),
    output: z.strictObject({ path: z.string(), bytes: z.int(), changed: z.boolean() }),
    risk: "write",
    reach: "run",
    recovery: "idempotent",
    timeoutMs: 30_000,
    maxAttempts: 2,
    examples: [
      {
        input: { path: "notes.md", content: "# Notes\n" },
        output: { path: "notes.md", bytes: 8, changed: true },
        runs: true,
      },
    ],
    call: ({ path, content }, context) =>
      changingWorkspace(context, async (root) => {
        const target = filePathOf(path);
        const bytes = Buffer.from(content);
        const folder = await openBelow(root, target.folder, { create: true });
        try {
          const { name } = target;
          const old = await sizeOf(folder, name);
          if (old === bytes.length && bytes.equals(await readBytes(folder, name, path))) {
            return { path, bytes: bytes.length, changed: false };
          }
          await checkQuota(root, bytes.length - (old ?? 0), workspaceBytes);
          await replaceFile(root, { folder, name, path }, bytes);
          return { path, bytes: bytes.length, changed: true };
        } finally {
          await folder.close();
        }
      }),
  });
}

/** `undefined` when there is no regular file. */
async function sizeOf(folder: Folder, name: string): Promise<number | undefined> {
  const stat = await lstat(folder.at(name)).catch(ignore("ENOENT"));
  return stat?.isFile() ? stat.size : undefined;
}
