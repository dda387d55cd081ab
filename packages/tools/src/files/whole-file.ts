import { lstat } from "node:fs/promises";
import { readBytes } from "./content.ts";
import { ignore, openBelow, type Folder } from "./folder.ts";
import { filePathOf } from "./path.ts";
import { checkQuota, replaceFile } from "./replace.ts";
import { changingWorkspace, inWorkspace } from "./workspace.ts";
import type { ToolCall } from "../tool.ts";

/** Replaces a file of the workspace, or makes it. */
export async function writeWorkspaceFile(
  path: string,
  content: string | Uint8Array,
  workspaceBytes: number,
  context: ToolCall,
  labels: readonly string[],
): Promise<void> {
  const bytes = Buffer.from(content as Uint8Array);
  await changingWorkspace(context, async (root) => {
    const { folder: segments, name } = filePathOf(path);
    const folder = await openBelow(root, segments, { create: true });
    try {
      await checkQuota(root, bytes.length - (await sizeOf(folder, name)), workspaceBytes);
      await replaceFile(root, { folder, name, path }, bytes);
    } finally {
      await folder.close();
    }
  });
  await context.fileLabels.keep([path], [...new Set([...context.labels, ...labels])]);
}

async function sizeOf(folder: Folder, name: string): Promise<number> {
  const stat = await lstat(folder.at(name)).catch(ignore("ENOENT"));
  return stat?.isFile() ? stat.size : 0;
}

/** The content of a file of the workspace. */
export async function readWorkspaceFile(path: string, context: ToolCall): Promise<Buffer> {
  const { folder: segments, name } = filePathOf(path);
  return inWorkspace(context, async (root) => {
    const folder = await openBelow(root, segments);
    try {
      return await readBytes(folder, name, path);
    } finally {
      await folder.close();
    }
  });
}
