import { randomBytes } from "node:crypto";
import { chmod, link, mkdir, readFile, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FlotillaError } from "@flotilla/core";

/**
 * The key that cookies are signed and second factors are encrypted with: the one that is set, else that of the
 * file `secret` in the home folder, made once and readable by its owner alone. Servers that share a
 * database must be given the same one.
 */
export async function readSecret(home: string, given: string | undefined): Promise<string> {
  if (given) return given;
  const path = join(home, "secret");
  const kept = await readOrNothing(path);
  if (kept !== undefined) return kept;
  await mkdir(home, { recursive: true });
  const own = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  await writeFile(own, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx" });
  await chmod(own, 0o600);
  // Only the first of several that start at once gives the file its name; all read that one.
  await link(own, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  await unlink(own);
  return (await readOrNothing(path)) as string;
}

async function readOrNothing(path: string): Promise<string | undefined> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const secret = text.trim();
  if (secret.length >= 32) return secret;
  throw new FlotillaError("config_invalid", `${path} holds no secret of 32 characters or more.`, {
    remedy: "Restore the file, or remove it: everybody then has to sign in again.",
  });
}
