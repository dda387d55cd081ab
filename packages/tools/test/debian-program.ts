import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/bin"];

/**
 * The path of a program that tests use, and why it is not there: a test without it is skipped with that reason, but in
 * CI it fails, since `.ci/run` installs what tests use.
 *
 * @param packageName the package of Debian that has it
 */
export function debianProgram(name: string, packageName: string) {
  const path = folders.map((folder) => join(folder, name)).find(isProgram);
  if (path === undefined && process.env.CI) {
    throw new Error(`There is no ${name}. Install it: apt-get install ${packageName}`);
  }
  return { path: path ?? name, missing: path === undefined && `${name} (${packageName})` };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
