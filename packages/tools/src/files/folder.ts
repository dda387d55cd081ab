import { FlotillaError } from "@flotilla/core";
import { constants, type Dirent } from "node:fs";
import { lstat, mkdir, open, readdir, type FileHandle } from "node:fs/promises";
import { invalidPath, outside } from "./path.ts";

/**
 * A folder held open by its descriptor. Names are looked up in the folder itself, through
 * Linux's `/proc/self/fd`, which is what `openat` does: renaming a parent or putting a symbolic
 * link in its place, at any moment, leads nowhere else.
 */
export interface Folder {
  /** The path by which this process reaches a name in the folder. */
  at(name: string): string;
  entries(): Promise<Dirent[]>;
  /** Makes what was created, renamed or removed in it survive a power failure. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY;

/** Opens the workspace; its own path is ours, so links on the way to it are followed. */
export async function openRoot(workspace: string): Promise<Folder> {
  if (process.platform !== "linux") {
    throw new FlotillaError("tool_failed", "The files tools need Linux.", {
      remedy: "Run the worker on Linux; elsewhere paths cannot be held against changes.",
    });
  }
  return folderOf(await open(workspace, FOLDER));
}

/**
 * Opens a folder below another, one name at a time, following no link.
 * Throws `tool_forbidden` at a link, `tool_input_invalid` at what is missing or no folder.
 */
export async function openBelow(
  parent: Folder,
  segments: readonly string[],
  options: { create: boolean } = { create: false },
): Promise<Folder> {
  let folder = parent;
  for (const [index, name] of segments.entries()) {
    const path = segments.slice(0, index + 1).join("/");
    try {
      const next = await openChild(folder, name, path, options.create);
      if (folder !== parent) await folder.close();
      folder = next;
    } catch (error) {
      if (folder !== parent) await folder.close();
      throw error;
    }
  }
  return segments.length ? folder : folderOf(await open(parent.at("."), FOLDER));
}

async function openChild(
  folder: Folder,
  name: string,
  path: string,
  create: boolean,
): Promise<Folder> {
  if (create) await mkdir(folder.at(name)).catch(ignore("EEXIST"));
  try {
    return folderOf(await open(folder.at(name), FOLDER | constants.O_NOFOLLOW));
  } catch (error) {
    throw await explain(folder, name, path, error);
  }
}

/** Opens a regular file for reading, following no link and waiting for no pipe. */
export async function openFile(folder: Folder, name: string, path: string): Promise<FileHandle> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  let file: FileHandle;
  try {
    file = await open(folder.at(name), flags);
  } catch (error) {
    throw await explain(folder, name, path, error);
  }
  const stat = await file.stat();
  if (stat.isFile()) return file;
  await file.close();
  if (stat.isDirectory()) throw invalidPath(path, "is a folder, not a file");
  throw outside(path, "is a device or a pipe, not a file");
}

/** What the system's refusal means for whoever named the path. */
async function explain(
  folder: Folder,
  name: string,
  path: string,
  error: unknown,
): Promise<unknown> {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return invalidPath(path, "does not exist");
  const stat = await lstat(folder.at(name)).catch(() => undefined);
  if (stat?.isSymbolicLink()) return outside(path, "is a symbolic link, which is not followed");
  if (code === "ENXIO") return outside(path, "is a socket or a device, not a file");
  if (code === "ENOTDIR") return invalidPath(path, "is not a folder");
  if (code === "EACCES") return outside(path, "may not be read by the worker");
  return error;
}

function folderOf(handle: FileHandle): Folder {
  const base = `/proc/self/fd/${handle.fd}`;
  return {
    at: (name) => `${base}/${name}`,
    entries: () => readdir(`${base}/.`, { withFileTypes: true }),
    sync: () => handle.sync(),
    close: () => handle.close(),
  };
}

export function ignore(code: string): (error: NodeJS.ErrnoException) => undefined {
  return (error) => {
    if (error.code !== code) throw error;
    return undefined;
  };
}
