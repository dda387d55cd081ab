import { FlotillaError } from "@flotilla/core";
import { setTimeout as wait } from "node:timers/promises";

const PATIENCE_MS = 20_000;
const PAUSE_MS = 10;
/** `SQLITE_BUSY` */
const BUSY = 5;

/**
 * Gives the work the lock of a file, which one holds at a time, of all processes of all containers that see the file. The
 * system takes it from a process that ends, however that ends: it is the lock that SQLite takes of a database.
 * Throws `tool_failed`, transient, when others hold it for too long, and the signal's reason.
 */
export async function withFileLock<T>(
  file: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const { DatabaseSync } = await import("node:sqlite");
  const lock = new DatabaseSync(file, { timeout: 0 });
  try {
    for (let waited = 0; !isTaken(lock); waited += PAUSE_MS) {
      if (waited >= PATIENCE_MS) throw busy();
      await wait(PAUSE_MS, undefined, { signal });
    }
    return await work();
  } finally {
    lock.close();
  }
}

function isTaken(lock: { exec(sql: string): void }): boolean {
  try {
    lock.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if ((error as { errcode?: number }).errcode === BUSY) return false;
    throw error;
  }
}

function busy(): FlotillaError {
  return new FlotillaError("tool_failed", "Other runs change the workspace all the time.", {
    transient: true,
    remedy: "It is tried again.",
  });
}
