import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { z } from "zod";
import { defineTool, type Tool } from "../tool.ts";
import { labelWritten } from "./file-labels.ts";
import { openFile } from "./folder.ts";
import { checkPlaces, checkTarget, moveSchema } from "./move.ts";
import { atPlace, sizeOf, type Place } from "./place.ts";
import { checkQuota, replaceFile } from "./replace.ts";
import { changingWorkspace } from "./workspace.ts";

/** Running it again finds the same content in place. */
export function filesCopy(workspaceBytes: number): Tool {
  return defineTool({
    name: "files_copy",
    description: "Copies a file of the workspace; creates missing folders on the way.",
    input: moveSchema,
    output: z.strictObject({ from: z.string(), to: z.string(), bytes: z.int() }),
    risk: "write",
    reach: "run",
    recovery: "idempotent",
    timeoutMs: 30_000,
    maxAttempts: 2,
    examples: [{ input: { from: "notes.md", to: "old/notes.md" } }],
    call: ({ from, to, overwrite }, context) =>
      changingWorkspace(context, async (root) => {
        checkPlaces(from, to);
        const source = await atPlace(root, from, ({ folder, name }) =>
          openFile(folder, name, from),
        );
        try {
          const { size } = await source.stat();
          const write = async (target: Place) => {
            if (await isCopy(source, size, target)) return;
            await checkTarget(target, overwrite);
            const old = (await sizeOf(target.folder, target.name)) ?? 0;
            await checkQuota(root, size - old, workspaceBytes);
            await labelWritten(context, [to], [from]);
            await replaceFile(root, target, source);
          };
          await atPlace(root, to, write, { create: true });
          return { from, to, bytes: size };
        } finally {
          await source.close();
        }
      }),
  });
}

async function isCopy(source: FileHandle, size: number, place: Place): Promise<boolean> {
  const { folder, name, path } = place;
  if ((await sizeOf(folder, name)) !== size) return false;
  const target = await openFile(folder, name, path);
  try {
    return (await hashOf(source)) === (await hashOf(target));
  } finally {
    await target.close();
  }
}

async function hashOf(file: FileHandle): Promise<string> {
  const hash = createHash("sha256");
  const stream = file.createReadStream({ start: 0, autoClose: false });
  for await (const chunk of stream) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
