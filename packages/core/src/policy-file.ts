import { defaultEnvironment } from "./caller.ts";
import type { CallSketch, Policy } from "./tool-rule-set.ts";

/** The rules as their file would be: what says the same when it is left out is. */
export function policyFile({ rules, examples }: Pick<Policy, "rules" | "examples">) {
  return {
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
  };
}

function withoutDefaults(call: CallSketch) {
  const { labels, trustedText, spentUsd, environment, ...rest } = call;
  return {
    ...rest,
    ...(environment !== defaultEnvironment && { environment }),
    ...(labels.length > 0 && { labels }),
    ...(trustedText !== "" && { trustedText }),
    ...(spentUsd !== 0 && { spentUsd }),
  };
}
