import { hash } from "node:crypto";
import { canonicalJson, type ModelRequest } from "@flotilla/core";

/** To be raised when what stands behind the same request changes. */
const version = 1;

/** SHA-256 of all that a model is told, in hexadecimal; not of who asks, nor in which step. */
export function requestHash(request: ModelRequest): string {
  const { model, instructions, messages, tools, settings, output } = request;
  const told = { version, model, instructions, messages, tools, settings, output };
  return hash("sha256", canonicalJson(told));
}
