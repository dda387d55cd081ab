import { hash } from "node:crypto";
import { errorKey, type SeenError } from "@flotilla/core";

/** The same for errors that are the same but for ids, numbers and places: 32 hexadecimal digits. */
export function errorFingerprint(
  error: Pick<SeenError, "source" | "code" | "message" | "stack">,
): string {
  return hash("sha256", errorKey({ organisation: null, ...error })).slice(0, 32);
}
