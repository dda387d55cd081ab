import { existsSync, realpathSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { FlotillaError } from "@flotilla/core";

/** What programs of a system need to start at all. No folder in it holds anything of a person or of the platform. */
export const systemReadable: readonly string[] = [
  "/usr",
  "/bin",
  "/sbin",
  "/lib",
  "/lib32",
  "/lib64",
  "/etc/alternatives",
  "/etc/fonts",
  "/etc/ld.so.cache",
  "/etc/localtime",
  "/etc/mime.types",
  "/etc/ssl/certs",
  "/etc/ssl/openssl.cnf",
  "/etc/terminfo",
  "/etc/timezone",
  "/proc/cpuinfo",
  "/proc/meminfo",
  "/proc/stat",
  "/sys/devices/system/cpu",
];

export const devices: readonly string[] = [
  "/dev/full",
  "/dev/null",
  "/dev/random",
  "/dev/urandom",
  "/dev/zero",
];

export const programPath = "/usr/local/bin:/usr/bin:/bin";

/** Where a program is. Throws `tool_failed` when it is nowhere. */
export function findProgram(command: string): string {
  if (command === "node") return realpathSync(process.execPath);
  const candidates = isAbsolute(command)
    ? [command]
    : programPath.split(delimiter).map((folder) => join(folder, command));
  const found = candidates.find((file) => existsSync(file));
  if (found !== undefined && (isAbsolute(command) || !command.includes("/"))) return found;
  throw new FlotillaError("tool_failed", `There is no program ${command} on this machine.`, {
    remedy: `Install it, or name it by its absolute path; these folders are searched: ${programPath}.`,
  });
}

/** What has to be readable for a program to start: it, and what it is a link to. */
export function filesOf(program: string): string[] {
  const real = realpathSync(program);
  return real === program ? [program] : [program, real];
}

/** Every folder on the way to a path, from the top; without the root. */
export function parentsOf(path: string): string[] {
  const parent = dirname(path);
  return parent === path || parent === "/" ? [] : [...parentsOf(parent), parent];
}
