import { policySpecSchema, type Policy, type PolicySpec } from "@flotilla/core";
import { stringify } from "yaml";
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

/** The rules as their file would be: what is left out says the same. */
export function policyText({ rules, examples }: Policy): string {
  return stringify(
    {
      rules: rules.map(({ id, effect, tool, agent, environment, when, note, enabled }) => ({
        ...{ id, effect, tool },
        ...(agent !== null && { agent }),
        ...(environment !== null && { environment }),
        ...(when !== null && { when }),
        ...(note !== null && { note }),
        ...(!enabled && { enabled }),
      })),
      examples: examples.map(({ name, call, expect }) => ({
        ...(name !== undefined && { name }),
        call: withoutDefaults(call),
        expect,
      })),
    },
    { aliasDuplicateObjects: false },
  );
}

function withoutDefaults(call: Policy["examples"][number]["call"]): object {
  const { labels, trustedText, spentUsd, environment, ...rest } = call;
  return {
    ...rest,
    ...(environment !== "prod" && { environment }),
    ...(labels.length > 0 && { labels }),
    ...(trustedText !== "" && { trustedText }),
    ...(spentUsd !== 0 && { spentUsd }),
  };
}
