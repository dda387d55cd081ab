import { FlotillaError, type AcceptanceCheck, type AgentSpec, type Strategy } from "@flotilla/core";
import { checkOutputSchema } from "@flotilla/engine";

/** A name in a spec, and the field that it stands in. */
interface Named {
  field: string;
  name: string;
}

/** The strategies of an agent: its own, and those for classes of tasks. */
function strategiesOf({ strategy, taskClasses = {} }: AgentSpec): [string, Strategy][] {
  const classes = Object.entries(taskClasses).flatMap(([name, own]): [string, Strategy][] =>
    own.strategy ? [[`taskClasses.${name}.strategy`, own.strategy]] : [],
  );
  return [["strategy", strategy], ...classes];
}

/** Every model that an agent names beside its own. */
export function modelsOf(spec: AgentSpec): Named[] {
  const classes = Object.entries(spec.taskClasses ?? {}).flatMap(([name, { model }]) =>
    model === undefined ? [] : [{ field: `taskClasses.${name}.model`, name: model }],
  );
  const strategies = strategiesOf(spec).flatMap(([field, strategy]) => {
    if (strategy === "react") return [];
    const key = strategy.kind === "reflexion" ? "criticModel" : "plannerModel";
    const name = strategy.kind === "reflexion" ? strategy.criticModel : strategy.plannerModel;
    return name === undefined ? [] : [{ field: `${field}.${key}`, name }];
  });
  return [...classes, ...strategies];
}

/**
 * Throws for a strategy that no run could follow: `unknown_tool` for a check by a tool that the agent has not,
 * `invalid_request` for a check or a team that cannot be.
 */
export function checkStrategies(spec: AgentSpec): void {
  for (const [field, strategy] of strategiesOf(spec)) {
    if (strategy === "react") continue;
    if (strategy.kind === "reflexion") {
      strategy.checks.forEach((check, index) =>
        checkCheck(spec, `${field}.checks.${index}`, check),
      );
    }
    if (strategy.kind === "hierarchical" && (spec.team?.workers ?? []).length === 0) {
      throw new FlotillaError("invalid_request", `${field}: there is nobody to give steps to.`, {
        remedy: "Name agents in team.workers, or take the strategy plan_and_solve.",
      });
    }
  }
}

function checkCheck(spec: AgentSpec, field: string, check: AcceptanceCheck): void {
  if (check.kind === "schema") checkOutputSchema(check.schema);
  if (check.kind === "regex" && !isPattern(check.pattern)) {
    throw new FlotillaError("invalid_request", `${field}: the pattern is no regular expression.`);
  }
  if (check.kind === "tool" && !spec.tools.includes(check.tool)) {
    const known = spec.tools.join(", ") || "none";
    throw new FlotillaError(
      "unknown_tool",
      `${field}: the agent has no tool ${check.tool}. Its tools: ${known}.`,
    );
  }
}

function isPattern(source: string): boolean {
  try {
    return Boolean(new RegExp(source, "u"));
  } catch {
    return false;
  }
}
