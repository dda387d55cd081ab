import { closeSync, createReadStream, createWriteStream, openSync, renameSync } from "node:fs";
import { existsSync, rmSync, statSync } from "node:fs";
import { readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { createGzip } from "node:zlib";
import type { FileSettings } from "./settings.ts";

/** A lock whose holder has died is worth nothing after so long. */
const staleLockMs = 10_000;
/** Other processes have gone on with the new file by then. */
const restMs = 2_000;
const dayMs = 86_400_000;

/**
 * Puts the file away as `<name>.<time><ext>`, unless another process does, or has done so. Renaming
 * is all that happens under the lock.
 *
 * @param inode of the file that is meant
 */
export function archiveFile(file: string, inode: number, now: number): boolean {
  const lock = `${file}.lock`;
  if (!takeLock(lock)) return false;
  try {
    if (statSync(file, { throwIfNoEntry: false })?.ino !== inode) return false;
    renameSync(file, freeName(file, now));
    return true;
  } finally {
    rmSync(lock, { force: true });
  }
}

function takeLock(lock: string): boolean {
  try {
    closeSync(openSync(lock, "wx"));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
    if (since !== undefined && Date.now() - since > staleLockMs) rmSync(lock, { force: true });
    return false;
  }
}

function freeName(file: string, now: number): string {
  const { prefix, suffix } = partsOf(file);
  for (let ms = now; ; ms++) {
    const time = new Date(ms).toISOString().replaceAll(":", "-");
    const path = join(dirname(file), `${prefix}${time}${suffix}`);
    if (!existsSync(path) && !existsSync(`${path}.gz`)) return path;
  }
}

function partsOf(file: string): { prefix: string; suffix: string } {
  const suffix = extname(file);
  return { prefix: `${basename(file, suffix)}.`, suffix };
}

interface Archive {
  path: string;
  /** When it was put away, in Unix milliseconds. */
  at: number;
}

/** The files that were put away, newest first. */
async function listArchives(file: string): Promise<Archive[]> {
  const { prefix, suffix } = partsOf(file);
  const names = await readdir(dirname(file)).catch(() => [] as string[]);
  return names
    .flatMap((name) => {
      const bare = name.endsWith(".gz") ? name.slice(0, -3) : name;
      if (!bare.startsWith(prefix) || !bare.endsWith(suffix)) return [];
      const time = bare.slice(prefix.length, bare.length - suffix.length);
      const iso = time.replace(/T(\d\d)-(\d\d)-/, "T$1:$2:");
      const at = /^\d{4}-/.test(iso) ? Date.parse(iso) : Number.NaN;
      return Number.isNaN(at) ? [] : [{ path: join(dirname(file), name), at }];
    })
    .toSorted((a, b) => b.at - a.at);
}

/** Deletes archives that are too many or too old, and compresses the others. Any process may do it at any time. */
export async function tidyArchives(settings: FileSettings, now: number): Promise<void> {
  const { file, maxFiles, maxAgeDays, compress } = settings;
  const archives = await listArchives(file);
  const isKept = ({ at }: Archive, index: number) =>
    index < maxFiles && now - at <= maxAgeDays * dayMs;
  for (const { path } of archives.filter((one, index) => !isKept(one, index))) {
    await rm(path, { force: true });
  }
  const plain = archives.filter((one, index) => isKept(one, index) && !one.path.endsWith(".gz"));
  if (!compress || plain.length === 0) return;
  await sleep(restMs, undefined, { ref: false });
  for (const { path } of plain) await compressFile(path);
}

/** Whole or not at all; harmless when several processes do it at once. */
async function compressFile(path: string): Promise<void> {
  const part = `${path}.gz.${process.pid}`;
  try {
    await pipeline(createReadStream(path), createGzip(), createWriteStream(part));
    await rename(part, `${path}.gz`);
    await rm(path, { force: true });
  } catch (error) {
    await rm(part, { force: true });
    // Another process was faster.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
