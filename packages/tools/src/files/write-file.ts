import type { ToolCall } from "../tool.ts";
import { atPlace } from "./place.ts";
import { changingWorkspace } from "./workspace.ts";
import { putFile } from "./write.ts";

/** Puts a file into the workspace, whole or not at all, within the quota. Throws as `files_write` does. */
export function writeFileOf(
  context: ToolCall,
  path: string,
  bytes: Buffer,
  workspaceBytes: number,
): Promise<{ path: string; bytes: number; changed: boolean }> {
  const what = { bytes, workspaceBytes, mode: "replace" as const };
  return changingWorkspace(context, (root) =>
    atPlace(root, path, (place) => putFile(root, place, what, context), { create: true }),
  );
}
