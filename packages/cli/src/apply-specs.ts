import { FlotillaError } from "@flotilla/core";
import { counted } from "./render/number.ts";
import { refuseProblems, type SpecFiles } from "./spec-file.ts";
import type { Terminal } from "./terminal.ts";

/** How every `apply` is told of its files. */
export const applyArgs = {
  file: {
    type: "string",
    alias: "f",
    required: true,
    valueHint: "path",
    description: "YAML or JSON file, a folder of them, or - for stdin",
  },
  check: { type: "boolean", description: "Only check the files; change nothing" },
} as const;

/**
 * The specs that are to be applied; undefined where they were only to be checked, which is told. Throws when
 * something is wrong with one of them.
 */
export function specsToApply<T>(
  { specs, problems }: SpecFiles<T>,
  noun: string,
  check: boolean | undefined,
  terminal: Terminal,
): T[] | undefined {
  refuseProblems(problems);
  if (!check) return specs;
  if (terminal.json) terminal.document({ items: specs });
  else terminal.print(`${counted(specs.length, noun)} in order.`);
  return undefined;
}

/** What is found; undefined where there is no such thing yet. */
export async function orNone<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof FlotillaError && error.code === "not_found") return undefined;
    throw error;
  }
}
