import { planProblems, type PlanStep } from "@flotilla/core";

/** What is wrong with a plan, by the step it is about; what is about no single step is under "". */
export type ProblemsByStep = ReadonlyMap<string, readonly string[]>;

export const noProblems: ProblemsByStep = new Map();

/** What a draft would be refused for, as far as can be told without the server. */
export function problemsOf(steps: readonly PlanStep[]): ProblemsByStep {
  const empty = steps
    .filter(({ intent }) => intent.trim() === "")
    .map(({ id }) => `step ${id} does not say what is to be done`);
  return byStep([...empty, ...planProblems(steps)], steps);
}

/** Sentences that name steps, put to the steps they name. */
export function byStep(
  problems: readonly string[],
  steps: readonly Pick<PlanStep, "id">[],
): ProblemsByStep {
  const ids = new Set(steps.map(({ id }) => id));
  const found = new Map<string, string[]>();
  for (const problem of problems) {
    const [, first] = /\bsteps? ([a-z0-9_-]+)/.exec(problem) ?? [];
    const circle = /\bsteps ([a-z0-9_, -]+) depend on each other/.exec(problem)?.[1];
    const named = circle ? circle.split(", ") : [first ?? ""];
    for (const id of named) {
      const key = ids.has(id) ? id : "";
      found.set(key, [...(found.get(key) ?? []), problem]);
    }
  }
  return found;
}
