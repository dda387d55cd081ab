import type { RouteSpec, TargetRequest } from "@flotilla/core";

type Rule = RouteSpec["classes"][string]["match"][number];

const compiled = new Map<string, RegExp>();

/** A configured expression; compiled once. */
function regex(source: string): RegExp {
  let found = compiled.get(source);
  if (!found) compiled.set(source, (found = new RegExp(source, "iu")));
  return found;
}

/** The first class with a rule that fits; undefined when none has. */
export function classByRules(
  { classes }: RouteSpec,
  { agentName, text }: Pick<TargetRequest, "agentName" | "text">,
): string | undefined {
  const words = text.toLowerCase();
  const fits = (rule: Rule) => {
    if (typeof rule === "string") return words.includes(rule.toLowerCase());
    return "agent" in rule ? rule.agent === agentName : regex(rule.regex).test(text);
  };
  return Object.entries(classes).find(([, { match }]) => match.some(fits))?.[0];
}
