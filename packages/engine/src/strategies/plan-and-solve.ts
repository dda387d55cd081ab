import {
  readySteps,
  type AgentSpec,
  type ModelStep,
  type Plan,
  type PlanStep,
  type Run,
} from "@flotilla/core";
import { ask, lastModelStep, type Move, type PlanStrategy } from "./move.ts";
import { nextOfPlanStep } from "./plan-step.ts";
import { fail } from "./structured-answer.ts";
import { takePlan } from "./take-plan.ts";

/**
 * What a run with a plan does next. The plan is made whole before its first step; steps are begun in its order,
 * those of other agents side by side; a step that has failed for good leads to a new plan; when all are done the
 * model answers from their results.
 *
 *   plan ──► (review) ──► steps ──► answer
 *    ▲          │            │
 *    └─rejected─┴───failed───┘
 *
 * `answer` is what the run does with a final answer.
 */
export function nextOfPlan(
  run: Run,
  spec: AgentSpec,
  strategy: PlanStrategy,
  answer: (step: ModelStep) => Move,
): Move {
  const { plan } = run;
  const last = lastModelStep(run);
  const isPlanned = last?.purpose?.kind === "plan" && last.step > (plan?.after ?? 0);
  if (isPlanned) return takePlan(run, spec, strategy, last);
  if (!plan) return ask({ kind: "plan" });
  return (
    review(run, plan, strategy) ??
    goOn(run, spec, strategy, plan) ??
    replan(strategy, plan) ??
    begin(plan) ??
    waitForOthers(run, plan) ??
    finish(run, plan, last, answer)
  );
}

/** A person sees each plan that a model has made, and each edit of one that he has not approved yet. */
function review(run: Run, plan: Plan, { review: isWanted }: PlanStrategy): Move | undefined {
  const seen = run.planReview;
  if (seen && !seen.approved && seen.version === plan.version) return ask({ kind: "plan" });
  if (!isWanted || (seen?.approved && seen.version >= plan.planned)) return undefined;
  const open = run.interrupts.filter(({ kind }) => kind === "plan_review");
  if (open.length === 0) return { kind: "review_plan" };
  return { kind: "ask_person", interruptIds: open.map(({ interruptId }) => interruptId) };
}

/** What the steps that were begun have to do; undefined when all of them wait for other runs. */
function goOn(run: Run, spec: AgentSpec, strategy: PlanStrategy, plan: Plan): Move | undefined {
  for (const step of plan.steps) {
    if (step.status !== "running") continue;
    const move = nextOfPlanStep(run, spec, strategy, plan, step);
    if (move) return move;
  }
  return undefined;
}

function replan(strategy: PlanStrategy, plan: Plan): Move | undefined {
  const failed = plan.steps.find(({ status }) => status === "failed");
  if (!failed) return undefined;
  // What others are doing for the plan comes to its end first.
  if (plan.steps.some(({ status }) => status === "running")) return undefined;
  if (plan.replans < strategy.maxReplans) return ask({ kind: "plan" });
  const why = failed.error?.message ?? "no reason is known";
  return fail("plan_failed", `Step ${failed.id} of the plan failed: ${why}`);
}

/** Begins every step that another agent does, or else the first one of the agent's own. */
function begin(plan: Plan): Move | undefined {
  if (plan.steps.some(({ status }) => status === "failed")) return undefined;
  const ready = readySteps(plan);
  const others = ready.filter(({ uses }) => uses.kind === "agent");
  const next = others.length > 0 ? others : ready.slice(0, 1);
  if (next.length === 0) return undefined;
  const begun = next.map(({ id }) => ({
    type: "plan_step.started" as const,
    id,
    attempt: (plan.begun[id] ?? 0) + 1,
  }));
  return { kind: "journal", events: begun };
}

function waitForOthers(run: Run, plan: Plan): Move | undefined {
  const running = new Set(plan.steps.filter(isRunning).map(({ id }) => id));
  const open = run.children.filter(
    ({ status, planStep }) => status === "open" && planStep !== null && running.has(planStep),
  );
  if (open.length === 0) return undefined;
  return { kind: "wait_for_children", runIds: open.map(({ childId }) => childId), any: true };
}

function isRunning({ status }: PlanStep): boolean {
  return status === "running";
}

function finish(
  run: Run,
  plan: Plan,
  last: ModelStep | undefined,
  answer: (step: ModelStep) => Move,
): Move {
  const left = plan.steps.find(({ status }) => status !== "done");
  if (left) return fail("plan_failed", `Step ${left.id} of the plan cannot begin any more.`);
  const begun = Math.max(plan.after, ...plan.steps.map(({ after }) => after));
  const isAnswered = last?.purpose?.kind === "answer" && last.step > begun;
  // Somebody said something after the answer: it is not the last one.
  if (!isAnswered || run.steps.at(-1)?.kind === "message") return ask({ kind: "answer" });
  return answer(last);
}
