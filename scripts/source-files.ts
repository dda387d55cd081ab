import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

/** The repository's files with one of these endings, committed or about to be. */
export function sourceFiles(...extensions: string[]): string[] {
  // In CI the checkout may belong to another account, which git takes for a danger.
  const trust = ["-c", "safe.directory=*"];
  const list = [...trust, "ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const output = execFileSync("git", list, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  const endings = extensions.map((extension) => `.${extension}`);
  return output
    .split("\0")
    .filter((file) => endings.some((ending) => file.endsWith(ending)))
    .filter((file) => !file.startsWith("bench/peers/") && existsSync(file));
}
