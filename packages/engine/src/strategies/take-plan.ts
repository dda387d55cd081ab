import {
  planProblems,
  type AgentSpec,
  type EventOf,
  type ModelStep,
  type Plan,
  type PlanBounds,
  type Run,
} from "@flotilla/core";
import type { Move, PlanStrategy } from "./move.ts";
import { planProposalSchema, type PlanProposal } from "./plan-proposal.ts";
import { fail, structured } from "./structured-answer.ts";

/** What a plan of the run may make use of. */
export function planBounds(run: Run, spec: AgentSpec): PlanBounds {
  const { strategy, tools, team, limits } = spec;
  const isPlanned = strategy !== "react" && strategy.kind !== "reflexion";
  return {
    tools,
    agents: team?.workers ?? [],
    ...(isPlanned && { maxSteps: strategy.maxPlanSteps }),
    ...(limits.maxCostUsd !== undefined && {
      budgetMicros: Math.max(0, Math.floor(limits.maxCostUsd * 1_000_000) - run.costMicros),
    }),
  };
}

/** Takes in the plan that a model has answered with, or shows the model what is wrong with it. */
export function takePlan(run: Run, spec: AgentSpec, strategy: PlanStrategy, step: ModelStep): Move {
  const read = structured(run, spec, step, planProposalSchema, (proposal) =>
    problemsOf(run, spec, strategy, proposal),
  );
  if ("move" in read) return read.move;
  if ("problems" in read) {
    return fail(
      "plan_invalid",
      `The model's plan cannot be followed: ${read.problems.join("; ")}.`,
    );
  }
  const { plan } = run;
  const { goal, steps } = read.value;
  return {
    kind: "journal",
    events: [
      {
        type: "plan.created",
        version: (plan?.version ?? 0) + 1,
        goal,
        steps: plan ? steps.filter(({ id }) => !isDone(plan, id)) : steps,
        by: step.by ?? step.model,
        ...(plan && causeOf(run, plan)),
      },
    ],
  };
}

function problemsOf(
  run: Run,
  spec: AgentSpec,
  strategy: PlanStrategy,
  { steps }: PlanProposal,
): string[] {
  const done = run.plan?.steps.filter(({ status }) => status === "done") ?? [];
  const open = steps.filter(({ id }) => !done.some((one) => one.id === id));
  if (done.length + open.length === 0) return ["the plan has no steps"];
  const delegated = steps.find(({ uses }) => uses.kind === "agent");
  if (strategy.kind === "plan_and_solve" && delegated) {
    return [`step ${delegated.id} uses an agent; plan with your own tools only`];
  }
  return planProblems([...done, ...open], planBounds(run, spec));
}

function isDone(plan: Plan, id: string): boolean {
  return plan.steps.some((one) => one.id === id && one.status === "done");
}

function causeOf(run: Run, plan: Plan): Pick<EventOf<"plan.created">, "cause" | "reason"> {
  const { planReview } = run;
  if (planReview?.version === plan.version && !planReview.approved) {
    return { cause: "rejected", ...(planReview.reason !== null && { reason: planReview.reason }) };
  }
  const failed = plan.steps.find(({ status }) => status === "failed");
  const reason =
    failed && `Step ${failed.id} failed: ${failed.error?.message ?? "no reason is known"}`;
  return { cause: "failed", ...(reason !== undefined && { reason }) };
}
