import { FlotillaError, type ToolContext } from "@flotilla/core";
import { createHash, randomUUID } from "node:crypto";
import { lstat, rename, rm, unlink } from "node:fs/promises";
import { z } from "zod";
import { readBytes } from "./content.ts";
import { ignore, openBelow, type Folder } from "./folder.ts";
import { RESERVED } from "./limits.ts";
import { segmentsOf } from "./path.ts";
import { atPlace } from "./place.ts";
import { checkQuota, replaceFile, writeDraft } from "./replace.ts";

/** What becomes of one file; `undefined`: there is none. */
export interface Change {
  path: string;
  before: Buffer | undefined;
  after: Buffer | undefined;
}

const hash = z.string().nullable();
/** Kept before anything changes, under the call's key: it tells a call that is made again how far the first one came. */
const recordSchema = z.object({
  files: z.array(
    z.object({ path: z.string(), before: hash, after: hash, draft: z.string().nullable() }),
  ),
  note: z.unknown(),
});
type Record = z.infer<typeof recordSchema>;

interface Making {
  root: Folder;
  context: Pick<ToolContext, "idempotencyKey">;
  workspaceBytes: number;
  noteSchema: z.ZodType;
}

/**
 * Changes files together: all of them or none. Made again with the same key it finds its record, finishes what the first
 * time began and gives the note that it kept; so a change is made once.
 * Throws `tool_failed` when a file has been changed by others since a call was cut off, or the workspace is full.
 */
export async function makeChanges<T>(
  making: Omit<Making, "noteSchema"> & { noteSchema: z.ZodType<T> },
  plan: () => Promise<{ changes: Change[]; note: T }>,
): Promise<T> {
  const { root, context, noteSchema } = making;
  const reserved = await openBelow(root, [RESERVED], { create: true });
  try {
    const name = `edit-${sha256(Buffer.from(context.idempotencyKey)).slice(0, 32)}`;
    const known = await readRecord(reserved, name);
    if (known && !(await isUntouched(root, known.files))) {
      for (const file of inOrder(known.files)) await finish(root, reserved, file);
      return noteSchema.parse(known.note);
    }
    for (const { draft } of known?.files ?? []) await discard(reserved, draft);
    const { changes, note } = await plan();
    await make(making, reserved, { changes, note, name });
    return note;
  } finally {
    await reserved.close();
  }
}

async function make(
  { root, workspaceBytes }: Omit<Making, "noteSchema">,
  reserved: Folder,
  planned: { changes: Change[]; note: unknown; name: string },
): Promise<void> {
  const { changes, note, name } = planned;
  const added = changes.reduce(
    (sum, { before, after }) => sum + (after?.length ?? 0) - (before?.length ?? 0),
    0,
  );
  await checkQuota(root, added, workspaceBytes);
  const files: Record["files"] = [];
  const done: Change[] = [];
  try {
    for (const { path, before, after } of changes) {
      const draft = after ? randomUUID() : null;
      files.push({ path, before: hashOf(before), after: hashOf(after), draft });
      if (draft && after) await writeDraft(reserved.at(draft), after);
    }
    const record = Buffer.from(JSON.stringify({ files, note }));
    await replaceFile(root, { folder: reserved, name, path: name }, record);
    for (const file of inOrder(files)) {
      await finish(root, reserved, file);
      done.push(...changes.filter(({ path }) => path === file.path));
    }
  } catch (error) {
    await undo(root, done);
    await rm(reserved.at(name), { force: true });
    for (const { draft } of files) await discard(reserved, draft);
    throw error;
  }
}

/** What is new is there before anything is gone. */
function inOrder(files: Record["files"]): Record["files"] {
  return [...files.filter(({ after }) => after !== null), ...files.filter((f) => f.after === null)];
}

/** Puts one file into its new state, unless it is in that already. */
async function finish(root: Folder, reserved: Folder, file: Record["files"][number]) {
  const { path, before, after, draft } = file;
  await atPlace(
    root,
    path,
    async (place) => {
      const now = hashOf(await contentOf(place.folder, place.name, path));
      if (now === after) {
        return discard(reserved, draft);
      }
      if (now !== before) throw changedSince(path);
      if (draft === null) await unlink(place.folder.at(place.name));
      else await rename(reserved.at(draft), place.folder.at(place.name));
      await place.folder.sync();
    },
    { create: after !== null },
  );
}

/** The call was cut off before it changed anything, or everything was changed back: it begins anew. */
async function isUntouched(root: Folder, files: Record["files"]): Promise<boolean> {
  for (const { path, before, after } of files) {
    if (before === after || hashOf(await contentAt(root, path)) !== before) return false;
  }
  return files.length > 0;
}

async function discard(reserved: Folder, draft: string | null): Promise<void> {
  if (draft !== null) await rm(reserved.at(draft), { force: true });
}

async function undo(root: Folder, done: readonly Change[]): Promise<void> {
  for (const { path, before } of done.toReversed()) {
    await atPlace(
      root,
      path,
      (place) => (before ? replaceFile(root, place, before) : unlink(place.folder.at(place.name))),
      { create: before !== undefined },
    );
  }
}

/** `undefined` where there is no file. Throws for a link, a folder, or more than can be read. */
export async function contentOf(
  folder: Folder,
  name: string,
  path: string,
): Promise<Buffer | undefined> {
  const stat = await lstat(folder.at(name)).catch(ignore("ENOENT"));
  return stat ? readBytes(folder, name, path) : undefined;
}

/** As `contentOf`, for a path whose folders need not be there either. */
export async function contentAt(root: Folder, path: string): Promise<Buffer | undefined> {
  const segments = segmentsOf(path);
  for (let depth = 1; depth < segments.length; depth++) {
    const isThere = await atPlace(root, segments.slice(0, depth).join("/"), ({ folder, name }) =>
      lstat(folder.at(name)).catch(ignore("ENOENT")),
    );
    if (!isThere) return undefined;
  }
  return atPlace(root, path, ({ folder, name }) => contentOf(folder, name, path));
}

async function readRecord(reserved: Folder, name: string): Promise<Record | undefined> {
  const content = await contentOf(reserved, name, name);
  return content && recordSchema.parse(JSON.parse(content.toString()));
}

function hashOf(content: Buffer | undefined): string | null {
  return content ? sha256(content) : null;
}

function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

function changedSince(path: string): FlotillaError {
  return new FlotillaError(
    "tool_failed",
    `${path} has changed since this edit was cut off; whether it took place cannot be told.`,
    { remedy: "Read the file, and edit again if the change is missing." },
  );
}
