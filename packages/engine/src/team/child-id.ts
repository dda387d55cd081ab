import { hash } from "node:crypto";
import { idDigits } from "@flotilla/core";

/**
 * The id of the run that does a call: the same whenever it is asked for, so that beginning it twice is
 * harmless. It stands in lists right after its parent.
 */
export function childIdOf(parentId: string, callId: string): string {
  const digest = hash("sha256", `${parentId}:${callId}`, "buffer");
  const tail = Array.from(digest.subarray(0, 16), (byte) => idDigits[byte & 31]).join("");
  return `${parentId.slice(0, "run_".length + 10)}${tail}`;
}
