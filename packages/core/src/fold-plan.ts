import type { Event, EventOf } from "./event.ts";
import { illegal } from "./fold-step.ts";
import type { Plan, PlanStep } from "./plan.ts";
import { editedPlan, pendingStep } from "./plan-edit.ts";
import type { Run } from "./run.ts";

type PlanEvent = Event &
  EventOf<
    | "plan.created"
    | "plan.edited"
    | "plan_step.started"
    | "plan_step.done"
    | "plan_step.failed"
    | "plan_step.skipped"
    | "lesson.learnt"
  >;

/** The state after an event of the run's plan. */
export function applyPlan(run: Run, event: PlanEvent): Run {
  switch (event.type) {
    case "plan.created":
      return { ...run, plan: createdPlan(run.plan, event) };
    case "plan.edited": {
      const plan = planOf(run, event);
      if (event.version !== plan.version + 1)
        throw illegal(`a plan of version ${plan.version}`, event);
      return { ...run, plan: editedPlan(plan, event.edits, event.version) };
    }
    case "plan_step.started":
      return withStep(run, event, {
        status: "running",
        attempts: event.attempt,
        startedAt: event.at,
        endedAt: null,
        error: null,
      });
    case "plan_step.done":
      return withStep(run, event, { status: "done", result: event.result, endedAt: event.at });
    case "plan_step.failed":
      return withStep(run, event, {
        status: event.final ? "failed" : "pending",
        error: event.error,
        endedAt: event.at,
      });
    case "plan_step.skipped":
      return withStep(run, event, { status: "skipped", endedAt: event.at });
    case "lesson.learnt": {
      const { step, planStep = null, lesson, problems, at } = event;
      return {
        ...run,
        steps: [...run.steps, { kind: "lesson", step, planStep, lesson, problems, at }],
      };
    }
  }
}

/** What was done before stays done, by its id. */
function createdPlan(before: Plan | null, { version, goal, steps }: EventOf<"plan.created">): Plan {
  const done = new Map(
    before?.steps.filter(({ status }) => status === "done").map((step) => [step.id, step]),
  );
  const kept = [...done.values()].filter(({ id }) => !steps.some((step) => step.id === id));
  const now = steps.map((step) => done.get(step.id) ?? pendingStep(step));
  return { version, goal, steps: [...kept, ...now] };
}

function planOf(run: Run, event: PlanEvent): Plan {
  if (!run.plan) throw illegal("a run without a plan", event);
  return run.plan;
}

function withStep(run: Run, event: PlanEvent & { id: string }, change: Partial<PlanStep>): Run {
  const plan = planOf(run, event);
  const index = plan.steps.findIndex(({ id }) => id === event.id);
  const step = plan.steps[index];
  if (!step) throw illegal(`a plan without step ${event.id}`, event);
  if (step.status === "done") throw illegal(`step ${event.id}, which is done`, event);
  return { ...run, plan: { ...plan, steps: plan.steps.with(index, { ...step, ...change }) } };
}
