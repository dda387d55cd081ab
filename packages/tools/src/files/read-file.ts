import type { ToolContext } from "@flotilla/core";
import { readBytes } from "./content.ts";
import { openBelow } from "./folder.ts";
import { filePathOf } from "./path.ts";
import { inWorkspace } from "./workspace.ts";

/** A file of the workspace as it is. Throws `tool_failed` when it is larger than `most`. */
export function readFileOf(context: ToolContext, path: string, most: number): Promise<Buffer> {
  return inWorkspace(context, async (root) => {
    const target = filePathOf(path);
    const folder = await openBelow(root, target.folder);
    try {
      return await readBytes(folder, target.name, path, most);
    } finally {
      await folder.close();
    }
  });
}
