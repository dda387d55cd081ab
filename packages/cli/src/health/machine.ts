import { access, constants, stat, statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { bytes } from "../render/number.ts";
import type { HealthCheck } from "./check.ts";

const enoughBytes = 1_000_000_000;

/** What this machine must offer the platform: Node, a writable home, room on its disk. */
export async function checkMachine(home: string): Promise<HealthCheck[]> {
  const folder = await nearestFolder(resolve(home));
  return [
    {
      name: "node",
      outcome: "ok",
      detail: `${process.version} on ${process.platform}-${process.arch}`,
    },
    await checkWritable(resolve(home), folder),
    await checkSpace(folder),
  ];
}

async function checkWritable(home: string, folder: string): Promise<HealthCheck> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    const detail = folder === home ? `${home} is writable` : `${home} can be created`;
    return { name: "home", outcome: "ok", detail };
  } catch {
    return {
      name: "home",
      outcome: "problem",
      detail: `${folder} is not writable`,
      remedy: "Give this user write access to it, or name another folder with FLOTILLA_HOME.",
    };
  }
}

async function checkSpace(folder: string): Promise<HealthCheck> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= enoughBytes) return { name: "disk", outcome: "ok", detail: `${bytes(free)} free` };
  return {
    name: "disk",
    outcome: "problem",
    detail: `only ${bytes(free)} free where ${folder} is`,
    remedy: `Free some space (${bytes(enoughBytes)} at least), or name another folder with FLOTILLA_HOME.`,
  };
}

/** The home itself, or the nearest folder above it that exists. */
async function nearestFolder(path: string): Promise<string> {
  const entry = await stat(path).catch(() => undefined);
  return entry?.isDirectory() || path === dirname(path) ? path : nearestFolder(dirname(path));
}
