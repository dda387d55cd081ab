import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const folder = fileURLToPath(new URL("../peers", import.meta.url));

interface PackageFile {
  version?: string;
  dependencies?: Record<string, string>;
}

/**
 * Installs the peers' packages unless they are there in the very versions asked for. They have a
 * folder of their own, so that nobody who does not run the bench downloads them.
 */
export async function installPeers(log: (message: string) => void): Promise<void> {
  if (await isInstalled()) return;
  log("Installing the peers");
  const args = ["install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"];
  await promisify(execFile)("npm", args, { cwd: folder, timeout: 300_000 });
}

async function isInstalled(): Promise<boolean> {
  const { dependencies } = await readPackage(folder);
  for (const [name, version] of Object.entries(dependencies ?? {})) {
    const installed = await readPackage(join(folder, "node_modules", name)).catch(() => undefined);
    if (installed?.version !== version) return false;
  }
  return true;
}

async function readPackage(directory: string): Promise<PackageFile> {
  return JSON.parse(await readFile(join(directory, "package.json"), "utf8")) as PackageFile;
}
