import { FlotillaError } from "@flotilla/core";
import { z } from "zod";
import { MAX_DEPTH, RESERVED } from "./limits.ts";

const MAX_SEGMENT_BYTES = 255;

export const pathSchema = z
  .string()
  .max(1_024)
  .describe("relative to the workspace, e.g. notes/a.md");

/**
 * A model's path as names below the workspace; none for the workspace itself.
 * Throws `tool_forbidden` for a path that points out of it, whether or not it would arrive there.
 */
export function segmentsOf(path: string): string[] {
  if (path.startsWith("/")) throw outside(path, "is absolute");
  if (/[\0\\]/.test(path)) throw invalidPath(path, "contains a NUL character or a backslash");
  const segments = path.split("/").filter((segment) => segment !== "" && segment !== ".");
  if (segments.includes("..")) throw outside(path, "contains ..");
  if (segments[0] === RESERVED) throw outside(path, `is in ${RESERVED}, which is reserved`);
  if (segments.some((segment) => Buffer.byteLength(segment) > MAX_SEGMENT_BYTES)) {
    throw invalidPath(path, `contains a name longer than ${MAX_SEGMENT_BYTES} bytes`);
  }
  if (segments.length > MAX_DEPTH) throw invalidPath(path, `is deeper than ${MAX_DEPTH} folders`);
  return segments;
}

export interface FilePath {
  folder: string[];
  name: string;
}

/** As `segmentsOf`, for a path that must name something below the workspace. */
export function filePathOf(path: string): FilePath {
  const segments = segmentsOf(path);
  const name = segments.pop();
  if (name === undefined || path.endsWith("/")) throw invalidPath(path, "names no file");
  return { folder: segments, name };
}

export function outside(path: string, problem: string): FlotillaError {
  return new FlotillaError("tool_forbidden", `The path ${quote(path)} ${problem}.`, {
    remedy: "Use a path of plain folders and files inside the workspace, such as notes/a.md.",
  });
}

export function invalidPath(path: string, problem: string): FlotillaError {
  return new FlotillaError("tool_input_invalid", `The path ${quote(path)} ${problem}.`, {
    remedy: "List the workspace with files_list to see what there is.",
  });
}

function quote(path: string): string {
  return JSON.stringify(path.slice(0, 200));
}
