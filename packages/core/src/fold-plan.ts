import type { Event, EventOf, PlanEvent } from "./event.ts";
import { illegal } from "./fold-step.ts";
import type { Plan, PlanStep } from "./plan.ts";
import { editedPlan, pendingStep } from "./plan-edit.ts";
import type { Run } from "./run.ts";

/** The state after an event of the run's plan. */
export function applyPlan(run: Run, event: PlanEvent): Run {
  switch (event.type) {
    case "plan.created":
      return { ...run, plan: createdPlan(run, event) };
    case "plan.edited": {
      const plan = planOf(run, event);
      if (event.version !== plan.version + 1)
        throw illegal(`a plan of version ${plan.version}`, event);
      return { ...run, plan: { ...editedPlan(plan, event.edits), ...takenBy(plan, event) } };
    }
    case "plan.edit_refused": {
      const plan = planOf(run, event);
      return { ...run, plan: { ...plan, ...takenBy(plan, event) } };
    }
    case "plan_step.started":
      return withStep(withBegun(run, event), event, {
        status: "running",
        attempts: event.attempt,
        tries: stepOf(run, event).tries + 1,
        after: run.stepCount,
        startedAt: event.at,
        endedAt: null,
      });
    case "plan_step.done":
      return withStep(run, event, {
        status: "done",
        result: event.result,
        error: null,
        endedAt: event.at,
      });
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

/** What is done, or under way, stays as it is, by its id. */
function createdPlan(run: Run, event: Event & EventOf<"plan.created">): Plan {
  const { version, goal, steps, cause } = event;
  const before = run.plan;
  if (version !== (before?.version ?? 0) + 1) {
    throw illegal(`a run whose plan has version ${before?.version ?? 0}`, event);
  }
  const held = new Map(before?.steps.filter(isHeld).map((step) => [step.id, step]));
  const kept = [...held.values()].filter(({ id }) => !steps.some((step) => step.id === id));
  const now = steps.map((step) => held.get(step.id) ?? pendingStep(step));
  return {
    version,
    goal,
    steps: [...kept, ...now],
    planned: version,
    after: run.stepCount,
    begun: before?.begun ?? {},
    taken: before?.taken ?? 0,
    replans: (before?.replans ?? 0) + (cause === "failed" ? 1 : 0),
  };
}

function withBegun(run: Run, event: PlanEvent & { id: string; attempt: number }): Run {
  const plan = planOf(run, event);
  return { ...run, plan: { ...plan, begun: { ...plan.begun, [event.id]: event.attempt } } };
}

function takenBy(
  { taken }: Plan,
  { number }: EventOf<"plan.edited" | "plan.edit_refused">,
): Pick<Plan, "taken"> {
  return { taken: Math.max(taken, number ?? 0) };
}

function isHeld({ status }: PlanStep): boolean {
  return status === "done" || status === "running";
}

/** The plan of a run that is retried: steps that failed are begun again. */
export function retriedPlan(plan: Plan): Plan {
  const steps = plan.steps.map((step) =>
    step.status === "failed" ? { ...step, status: "pending" as const, tries: 0 } : step,
  );
  return { ...plan, steps };
}

function planOf(run: Run, event: PlanEvent): Plan {
  if (!run.plan) throw illegal("a run without a plan", event);
  return run.plan;
}

function stepOf(run: Run, event: PlanEvent & { id: string }): PlanStep {
  const step = planOf(run, event).steps.find(({ id }) => id === event.id);
  if (!step) throw illegal(`a plan without step ${event.id}`, event);
  if (step.status === "done") throw illegal(`step ${event.id}, which is done`, event);
  return step;
}

function withStep(run: Run, event: PlanEvent & { id: string }, change: Partial<PlanStep>): Run {
  const plan = planOf(run, event);
  const step = stepOf(run, event);
  const steps = plan.steps.with(plan.steps.indexOf(step), { ...step, ...change });
  return { ...run, plan: { ...plan, steps } };
}
