import { FlotillaError } from "@flotilla/core";
import { z } from "zod";
import { defineTool, type Tool, type ToolCall } from "../tool.ts";
import { readBytes } from "./content.ts";
import { labelWritten } from "./file-labels.ts";
import type { Folder } from "./folder.ts";
import { contentAt, makeChanges } from "./make-changes.ts";
import { pathSchema, invalidPath } from "./path.ts";
import { atPlace, sizeOf, type Place } from "./place.ts";
import { checkQuota, replaceFile } from "./replace.ts";
import { changingWorkspace } from "./workspace.ts";

const outputSchema = z.strictObject({ path: z.string(), bytes: z.int(), changed: z.boolean() });
type Output = z.infer<typeof outputSchema>;

/** Running it again finds the content in place, or the record of an append, and changes nothing. */
export function filesWrite(workspaceBytes: number): Tool {
  return defineTool({
    name: "files_write",
    description:
      "Writes a text file of the workspace: replaces it whole, appends to it, or creates it where there is none. Creates " +
      "missing folders. Use files_edit to change part of a file.",
    input: z.strictObject({
      path: pathSchema,
      content: z.string().max(5_242_880),
      mode: z.enum(["replace", "append", "create"]).default("replace"),
    }),
    output: outputSchema,
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
    call: ({ path, content, mode }, context) =>
      changingWorkspace(context, (root) => {
        const bytes = Buffer.from(content);
        if (mode === "append") return append(root, { path, bytes, workspaceBytes }, context);
        const write = (place: Place) =>
          putFile(root, place, { bytes, workspaceBytes, mode }, context);
        return atPlace(root, path, write, { create: true });
      }),
  });
}

/** A file as it shall be, whole, with the labels of what the run has read. */
export async function putFile(
  root: Folder,
  place: Place,
  what: { bytes: Buffer; workspaceBytes: number; mode: "replace" | "create" },
  context: ToolCall,
): Promise<Output> {
  const { folder, name, path } = place;
  const { bytes, mode, workspaceBytes } = what;
  const old = await sizeOf(folder, name);
  if (old === bytes.length && bytes.equals(await readBytes(folder, name, path))) {
    await labelWritten(context, [path]);
    return { path, bytes: bytes.length, changed: false };
  }
  if (old !== undefined && mode === "create") {
    throw invalidPath(path, "exists already, and was left as it is");
  }
  await checkQuota(root, bytes.length - (old ?? 0), workspaceBytes);
  await labelWritten(context, [path]);
  await replaceFile(root, place, bytes);
  return { path, bytes: bytes.length, changed: true };
}

function append(
  root: Folder,
  what: { path: string; bytes: Buffer; workspaceBytes: number },
  context: ToolCall,
): Promise<Output> {
  const { path, bytes, workspaceBytes } = what;
  return makeChanges({ root, context, workspaceBytes, noteSchema: outputSchema }, async () => {
    const before = await contentAt(root, path);
    if (before?.includes(0)) {
      throw new FlotillaError("tool_failed", `${path} is binary: nothing was appended.`, {
        remedy: "Append to text files only.",
      });
    }
    await labelWritten(context, [path], before ? [path] : []);
    const after = Buffer.concat([before ?? Buffer.alloc(0), bytes]);
    return {
      changes: bytes.length > 0 || !before ? [{ path, before, after }] : [],
      note: { path, bytes: after.length, changed: bytes.length > 0 },
    };
  });
}
