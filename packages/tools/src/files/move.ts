import { FlotillaError } from "@flotilla/core";
import { createHash } from "node:crypto";
import { lstat, rename, rm } from "node:fs/promises";
import { z } from "zod";
import { defineTool, type Tool } from "../tool.ts";
import { labelWritten } from "./file-labels.ts";
import { ignore, openBelow, type Folder } from "./folder.ts";
import { contentOf } from "./make-changes.ts";
import { RESERVED } from "./limits.ts";
import { filePathOf, invalidPath, outside, pathSchema } from "./path.ts";
import { atPlace, type Place } from "./place.ts";
import { replaceFile } from "./replace.ts";
import { walk } from "./walk.ts";
import { changingWorkspace } from "./workspace.ts";

export const moveSchema = z.strictObject({
  from: pathSchema,
  to: pathSchema,
  overwrite: z.boolean().default(false).describe("whether a file that is there is replaced"),
});
const outputSchema = z.strictObject({ from: z.string(), to: z.string() });

/** What was moved, kept under the call's key before it is: it tells a call that is made again that it happened. */
const recordSchema = z.object({ inode: z.string() });

/** A file or a whole folder changes its place in one step; running it again with the same key moves once. */
export const filesMove: Tool = defineTool({
  name: "files_move",
  description:
    "Moves or renames a file or folder of the workspace; creates missing folders on the way.",
  input: moveSchema,
  output: outputSchema,
  risk: "write",
  reach: "run",
  recovery: "idempotent",
  timeoutMs: 15_000,
  maxAttempts: 2,
  examples: [{ input: { from: "draft.md", to: "done/report.md" } }],
  call: ({ from, to, overwrite }, context) =>
    changingWorkspace(context, async (root) => {
      checkPlaces(from, to);
      const digest = createHash("sha256").update(context.idempotencyKey).digest("hex");
      const record = `move-${digest.slice(0, 32)}`;
      const reserved = await openBelow(root, [RESERVED], { create: true });
      try {
        const known = await contentOf(reserved, record, record);
        const inode = known && recordSchema.parse(JSON.parse(known.toString())).inode;
        if (inode !== undefined && (await inodeAt(root, to)) === inode) return { from, to };
        const note = async (moved: string) => {
          const bytes = Buffer.from(JSON.stringify({ inode: moved }));
          await replaceFile(root, { folder: reserved, name: record, path: record }, bytes);
        };
        const moved = await atPlace(root, from, (source) => pathsOf(source));
        for (const path of moved) await labelWritten(context, [to + path], [from + path]);
        await atPlace(root, from, (source) => move(root, source, { to, overwrite, note }));
        return { from, to };
      } catch (error) {
        await rm(reserved.at(record), { force: true });
        throw error;
      } finally {
        await reserved.close();
      }
    }),
});

async function move(
  root: Folder,
  source: Place,
  { to, overwrite, note }: { to: string; overwrite: boolean; note(inode: string): Promise<void> },
): Promise<void> {
  const stat = await existing(source);
  await atPlace(
    root,
    to,
    async (target) => {
      await checkTarget(target, overwrite);
      await note(`${stat.dev}:${stat.ino}`);
      await rename(source.folder.at(source.name), target.folder.at(target.name));
      await target.folder.sync();
      await source.folder.sync();
    },
    { create: true },
  );
}

/** The files that move, as what follows the name of what is moved: one of them, or all of a folder's. */
async function pathsOf(source: Place): Promise<string[]> {
  const stat = await existing(source);
  if (!stat.isDirectory()) return [""];
  const folder = await openBelow(source.folder, [source.name]);
  try {
    const paths: string[] = [];
    for await (const { kind, path } of walk(folder, { hidden: true })) {
      if (kind === "file") paths.push(`/${path}`);
    }
    return paths;
  } finally {
    await folder.close();
  }
}

async function existing({ folder, name, path }: Place) {
  const stat = await lstat(folder.at(name), { bigint: true }).catch(ignore("ENOENT"));
  if (!stat) throw invalidPath(path, "does not exist");
  if (stat.isFile() || stat.isDirectory()) return stat;
  throw outside(path, "is a link, pipe or device, not a file");
}

/** Throws `tool_input_invalid` where something stands in the way. */
export async function checkTarget(
  { folder, name, path }: Place,
  overwrite: boolean,
): Promise<void> {
  const stat = await lstat(folder.at(name)).catch(ignore("ENOENT"));
  if (!stat) return;
  if (!stat.isFile()) throw invalidPath(path, "exists already, and is no file");
  if (!overwrite) throw invalidPath(path, "exists already; set overwrite to replace it");
}

async function inodeAt(root: Folder, path: string): Promise<string | undefined> {
  return atPlace(root, path, async ({ folder, name }) => {
    const stat = await lstat(folder.at(name), { bigint: true }).catch(ignore("ENOENT"));
    return stat && `${stat.dev}:${stat.ino}`;
  }).catch(() => undefined);
}

/** A folder cannot be moved into itself; the system would say it less clearly. */
export function checkPlaces(from: string, to: string): void {
  const [source, target] = [filePathOf(from), filePathOf(to)];
  const [a, b] = [source, target].map(({ folder, name }) => [...folder, name].join("/"));
  if (b !== a && !b!.startsWith(`${a}/`)) return;
  throw new FlotillaError(
    "tool_input_invalid",
    `${to} is ${b === a ? "the same as" : "in"} ${from}.`,
    {
      remedy: "Name another place.",
    },
  );
}
