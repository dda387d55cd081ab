import { policySpecSchema, type PolicySpec } from "@flotilla/core";
import { readTextFile } from "./input-text.ts";
import { parseSpecs, type SpecFiles } from "./spec-file.ts";

/**
 * Reads and checks a file with the tool rules of an organisation, or stdin (`-`). It is of one document: what is not in
 * it will be no rule.
 */
export async function readPolicyFile(path: string): Promise<SpecFiles<PolicySpec>> {
  const name = path === "-" ? "stdin" : path;
  const found = parseSpecs<PolicySpec>(await readTextFile(path), name, {
    noun: "policy",
    schema: policySpecSchema,
  });
  if (found.specs.length < 2) return found;
  const message = "there are several documents in it: the rules are one set";
  return { specs: [], problems: [...found.problems, { place: name, path: "", message }] };
}
