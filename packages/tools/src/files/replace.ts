import { FlotillaError } from "@flotilla/core";
import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { lstat, open, rename, rm, type FileHandle } from "node:fs/promises";
import { ignore, openBelow, type Folder } from "./folder.ts";
import { RESERVED } from "./limits.ts";
import { invalidPath, outside } from "./path.ts";
import type { Place } from "./place.ts";
import { walk } from "./walk.ts";

const MAX_ENTRIES = 10_000;

/**
 * Puts content in place of a file, or creates it: whole or not at all, on disk when it resolves.
 * A link, pipe or device in the file's place is refused. A file that is open is copied.
 */
export async function replaceFile(
  root: Folder,
  target: Place,
  content: Buffer | FileHandle,
): Promise<void> {
  const { folder, name, path } = target;
  const existing = await lstat(folder.at(name)).catch(ignore("ENOENT"));
  if (existing?.isDirectory()) throw invalidPath(path, "is a folder, not a file");
  if (existing && !existing.isFile()) throw outside(path, "is a link, pipe or device, not a file");
  const reserved = await openBelow(root, [RESERVED], { create: true });
  const draft = reserved.at(randomUUID());
  try {
    await writeDraft(draft, content);
    await rename(draft, folder.at(name));
    await folder.sync();
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  } finally {
    await reserved.close();
  }
}

/** A new file with the content, on disk when it resolves. */
export async function writeDraft(draft: string, content: Buffer | FileHandle): Promise<void> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const file = await open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644);
  try {
    const isBuffer = Buffer.isBuffer(content);
    await file.writeFile(
      isBuffer ? content : content.createReadStream({ start: 0, autoClose: false }),
    );
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Throws `tool_failed` unless that many more bytes fit into the workspace. */
export async function checkQuota(root: Folder, added: number, quota: number): Promise<void> {
  let bytes = added;
  let entries = 0;
  for await (const entry of walk(root, { hidden: true })) {
    bytes += entry.bytes;
    entries++;
  }
  if (bytes <= quota && entries < MAX_ENTRIES) return;
  const problem =
    bytes > quota ? `would hold ${bytes} bytes of ${quota}` : `holds ${MAX_ENTRIES} entries`;
  throw new FlotillaError("tool_failed", `The workspace is full: it ${problem}.`, {
    remedy: "Delete what is no longer needed with files_delete, or write less.",
  });
}
