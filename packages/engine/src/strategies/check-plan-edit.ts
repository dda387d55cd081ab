import {
  editedPlan,
  FlotillaError,
  planProblems,
  resultsIn,
  type AgentSpec,
  type PlanEdit,
  type PlanStep,
  type Run,
  type ToolPort,
} from "@flotilla/core";
import { schemaProblems } from "../output.ts";
import { planBounds } from "./take-plan.ts";

/**
 * Judges edits of a run's plan as the run itself would: circles, tools and agents, inputs of calls, budgets.
 *
 * @returns the tools and agents that the edits bring in, for who edits has to be allowed to use them
 *
 * Throws `plan_invalid`, or `conflict` when the run has no plan.
 */
export function checkPlanEdit(
  run: Run,
  spec: AgentSpec,
  tools: Pick<ToolPort, "list">,
  edits: readonly PlanEdit[],
): { tools: string[]; agents: string[] } {
  const { plan } = run;
  if (!plan) throw new FlotillaError("conflict", `Run ${run.runId} has no plan.`);
  const { steps } = editedPlan(plan, edits);
  const fresh = steps.filter((step) => !plan.steps.includes(step));
  const problems = [
    ...planProblems(steps, planBounds(run, spec)),
    ...fresh.flatMap((step) => inputProblems(step, tools)),
  ];
  if (problems.length > 0) {
    throw new FlotillaError("plan_invalid", `The plan cannot be so: ${problems.join("; ")}.`);
  }
  const uses = fresh.map((step) => step.uses);
  const checks = fresh.flatMap(({ check }) => (check?.kind === "tool" ? [check.tool] : []));
  return {
    tools: [...checks, ...uses.flatMap((use) => (use.kind === "tool" ? [use.tool] : []))],
    agents: uses.flatMap((use) => (use.kind === "agent" ? [use.agent] : [])),
  };
}

/** An input that takes in results is only known when it is used. */
function inputProblems({ id, uses }: PlanStep, tools: Pick<ToolPort, "list">): string[] {
  if (uses.kind !== "tool" || resultsIn(uses.input).length > 0) return [];
  const tool = tools.list().find(({ name }) => name === uses.tool);
  const problems = tool ? schemaProblems(tool.input, uses.input) : [];
  return problems.map((problem) => `the input of step ${id}: ${problem}`);
}
