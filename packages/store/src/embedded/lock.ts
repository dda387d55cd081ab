import { once } from "node:events";
import { stat } from "node:fs/promises";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { FlotillaError } from "@flotilla/core";

const patienceMs = 180_000;

/**
 * Runs `work` while no other process of this machine runs one for the same folder. The lock is
 * a socket name, not a file: the kernel frees it with the process that holds it, so it is never
 * stale. Only Linux has such names; elsewhere `work` runs unlocked.
 */
export async function whileLocked<T>(folder: string, work: () => Promise<T>): Promise<T> {
  if (process.platform !== "linux") return work();
  const { dev, ino } = await stat(folder);
  const lock = await acquire(`\0flotilla-${dev}-${ino}`, folder);
  try {
    return await work();
  } finally {
    lock.close();
  }
}

/**
 * Makes this process the only one that holds the folder, until the result is called or the
 * process ends. Throws `conflict` when another one holds it. Only Linux tells.
 */
export async function holdFolder(folder: string): Promise<() => void> {
  if (process.platform !== "linux") return () => undefined;
  const { dev, ino } = await stat(folder);
  const lock = createServer().unref();
  try {
    await once(lock.listen(`\0flotilla-held-${dev}-${ino}`), "listening");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new FlotillaError("conflict", `Another Flotilla runs on ${folder} already.`, {
      remedy: "Use that one, stop it first, or give this one a folder of its own (FLOTILLA_HOME).",
    });
  }
  return () => void lock.close();
}

async function acquire(name: string, folder: string) {
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline) {
    const lock = createServer();
    try {
      await once(lock.listen(name), "listening");
      return lock;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
      await sleep(50);
    }
  }
  throw new FlotillaError("unavailable", `Another process keeps ${folder} locked.`, {
    remedy: "Stop the other Flotilla process that is starting there, then try again.",
    transient: true,
  });
}
