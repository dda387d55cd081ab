import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { FlotillaError } from "@flotilla/core";
import { ownFile } from "../own-file.ts";

/**
 * The key that cookies are signed and second factors are encrypted with: the one that is set, else that of the
 * file `secret` in the home folder, made once and readable by its owner alone. Servers that share a
 * database must be given the same one.
 */
export async function readSecret(home: string, given: string | undefined): Promise<string> {
  if (given) return given;
  const path = join(home, "secret");
  const secret = await ownFile(path, () => randomBytes(32).toString("base64url"));
  if (secret.length >= 32) return secret;
  throw new FlotillaError("config_invalid", `${path} holds no secret of 32 characters or more.`, {
    remedy: "Restore the file, or remove it: everybody then has to sign in again.",
  });
}
