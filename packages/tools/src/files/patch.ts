import { FlotillaError } from "@flotilla/core";
import { z } from "zod";
import { defineTool, type Tool } from "../tool.ts";
import { applyHunks } from "./apply-hunks.ts";
import { decodeText } from "./content.ts";
import { labelWritten } from "./file-labels.ts";
import { contentAt, makeChanges, type Change } from "./make-changes.ts";
import { parsePatch, type FilePatch } from "./parse-patch.ts";
import { invalidPath, segmentsOf } from "./path.ts";
import { changingWorkspace } from "./workspace.ts";
import type { Folder } from "./folder.ts";

const outputSchema = z.strictObject({
  files: z.array(
    z.strictObject({
      path: z.string(),
      change: z.enum(["created", "changed", "deleted"]),
      bytes: z.int(),
    }),
  ),
});
type Output = z.infer<typeof outputSchema>;

/** All of its files or none; running it again with the same key patches once. */
export function filesPatch(workspaceBytes: number): Tool {
  return defineTool({
    name: "files_patch",
    description:
      "Applies a unified diff (as of diff -u or git) to files of the workspace: changes, creates, renames and deletes them, " +
      "all or none. Lines of context find the place when line numbers are wrong.",
    input: z.strictObject({ patch: z.string().min(1).max(1_048_576) }),
    output: outputSchema,
    risk: "write",
    reach: "run",
    recovery: "idempotent",
    timeoutMs: 30_000,
    maxAttempts: 2,
    examples: [
      {
        input: {
          patch: "--- a/notes.md\n+++ b/notes.md\n@@ -1 +1 @@\n-Refund: 12.50\n+Refund: 21.50\n",
        },
      },
    ],
    call: ({ patch }, context) =>
      changingWorkspace(context, (root) =>
        makeChanges({ root, context, workspaceBytes, noteSchema: outputSchema }, async () => {
          const files = parsePatch(patch);
          const planned = await planPatch(root, files);
          for (const { from, to } of files) {
            if (to !== undefined)
              await labelWritten(context, [to], from === undefined ? [] : [from]);
          }
          return planned;
        }),
      ),
  });
}

/** What the files become; each is read once, and one that is named twice is patched twice. */
async function planPatch(
  root: Folder,
  files: readonly FilePatch[],
): Promise<{ changes: Change[]; note: Output }> {
  const states = new Map<string, Change>();
  const stateOf = async (given: string) => {
    const path = segmentsOf(given).join("/");
    const known = states.get(path);
    if (known) return known;
    const before = await contentAt(root, path);
    const state = { path, before, after: before };
    states.set(path, state);
    return state;
  };
  for (const { from, to, hunks } of files) {
    const source = from === undefined ? undefined : await stateOf(from);
    if (source && !source.after) throw invalidPath(source.path, "does not exist");
    const text = applyHunks(textOf(source), hunks, to ?? from ?? "");
    if (to === undefined) {
      if (text !== "") throw leftOver(source?.path ?? "");
      source!.after = undefined;
      continue;
    }
    const target = await stateOf(to);
    if (target.after && target !== source) throw invalidPath(target.path, "exists already");
    if (source && target !== source) source.after = undefined;
    target.after = Buffer.from(text);
  }
  const changes = [...states.values()].filter(({ before, after }) => !isSame(before, after));
  const note = { files: changes.map((change) => summaryOf(change)) };
  return { changes, note };
}

function textOf(source: Change | undefined): string {
  if (!source?.after) return "";
  const text = decodeText(source.after);
  if (text !== undefined) return text;
  throw new FlotillaError("tool_failed", `${source.path} is not UTF-8 text.`, {
    remedy: "Only text files can be patched.",
  });
}

function summaryOf({ path, before, after }: Change): Output["files"][number] {
  const change = !before ? "created" : after ? "changed" : "deleted";
  return { path, change, bytes: after?.length ?? 0 };
}

function isSame(before: Buffer | undefined, after: Buffer | undefined): boolean {
  return before === after || (before !== undefined && after !== undefined && before.equals(after));
}

function leftOver(path: string): FlotillaError {
  return new FlotillaError(
    "tool_input_invalid",
    `Nothing was changed: the patch deletes ${path}, but not all of its lines.`,
    { remedy: "Delete it with files_delete, or give all of its lines in the patch." },
  );
}
