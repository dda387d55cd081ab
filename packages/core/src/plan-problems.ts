import { ancestorsOf, circleOf } from "./plan-graph.ts";
import { resultsIn } from "./plan-result.ts";
import type { IntendedStep } from "./plan.ts";

/** What a plan may make use of; what is left out is not judged. */
export interface PlanBounds {
  tools?: readonly string[];
  agents?: readonly string[];
  maxSteps?: number;
  /** What the steps that are not finished may cost together. */
  budgetMicros?: number;
}

/** A step of a plan that stands, or one that is only intended. */
type JudgedStep = IntendedStep & { status?: string };

/** What is wrong with the steps of a plan, in sentences that name them; none when it can be followed. */
export function planProblems(steps: readonly JudgedStep[], bounds: PlanBounds = {}): string[] {
  const { maxSteps, budgetMicros } = bounds;
  const problems = [
    ...doubles(steps),
    ...steps.flatMap((step) => stepProblems(steps, step, bounds)),
  ];
  const circle = circleOf(steps);
  if (circle.length > 0) problems.push(`the steps ${circle.join(", ")} depend on each other`);
  if (maxSteps !== undefined && steps.length > maxSteps) {
    problems.push(`it has ${steps.length} steps; ${maxSteps} are allowed`);
  }
  const planned = steps
    .filter(({ status }) => status !== "done")
    .reduce((sum, step) => sum + (step.budgetMicros ?? 0), 0);
  if (budgetMicros !== undefined && planned > budgetMicros) {
    problems.push(
      `its steps may cost ${planned} micro-USD together; the run has ${budgetMicros} left`,
    );
  }
  return problems;
}

function doubles(steps: readonly JudgedStep[]): string[] {
  const seen = new Set<string>();
  return steps.flatMap(({ id }) => {
    if (seen.has(id)) return [`there is more than one step ${id}`];
    seen.add(id);
    return [];
  });
}

function stepProblems(
  steps: readonly JudgedStep[],
  step: JudgedStep,
  bounds: PlanBounds,
): string[] {
  if (step.status === "done") return [];
  const { id, uses, check } = step;
  const ids = new Set(steps.map((one) => one.id));
  const before = ancestorsOf(steps, id);
  return [
    ...step.dependsOn
      .filter((one) => !ids.has(one))
      .map((one) => `step ${id} depends on ${one}, which is not in the plan`),
    ...resultsIn(uses.kind === "tool" ? uses.input : step.inputs)
      .filter((one) => !before.has(one))
      .map((one) => `step ${id} takes in the result of ${one}, and does not depend on it`),
    ...(uses.kind === "tool" ? unknown(id, "tool", uses.tool, bounds.tools) : []),
    ...(uses.kind === "agent" ? unknown(id, "agent", uses.agent, bounds.agents) : []),
    ...(check?.kind === "tool" ? unknown(id, "tool", check.tool, bounds.tools) : []),
  ];
}

function unknown(
  id: string,
  what: string,
  name: string,
  known: readonly string[] | undefined,
): string[] {
  if (!known || known.includes(name)) return [];
  const named = known.length > 0 ? known.join(", ") : "none";
  return [`step ${id} uses the ${what} ${name}, which is not there; there are: ${named}`];
}
