import { hash } from "node:crypto";
import { canonicalJson, type Json } from "@flotilla/core";

/** What an approval is bound to: the SHA-256 of the call in its canonical form, in hexadecimal. */
export function callHash(tool: string, input: Json): string {
  return hash("sha256", canonicalJson({ tool, input }));
}
