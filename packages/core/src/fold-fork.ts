import type { Event, EventOf } from "./event.ts";
import { proposedCall } from "./fold-interrupt.ts";
import { toolCalls } from "./message.ts";
import type { Plan } from "./plan.ts";
import { editedPlan } from "./plan-edit.ts";
import { planOutcome } from "./plan-outcome.ts";
import type { Run, RunStep } from "./run.ts";
import type { RunChanges } from "./run-changes.ts";
import type { ChildState } from "./team.ts";
import { addUsage, noUsage } from "./usage.ts";
import { withoutStatus } from "./without-status.ts";

/**
 * What came before is kept, and was paid for by the run it is a copy of. What was under way there is
 * begun again: a model call that was not answered, calls of tools without a result, and open children.
 */
export function forked(run: Run, event: Event & EventOf<"run.forked">): Run {
  const { from, changes, effects, by, record = [], at } = event;
  const { stepCount, usage, costMicros } = run;
  const steps = run.steps.filter(isSettled);
  const children = run.children.flatMap((child) => (child.status === "open" ? [] : paidFor(child)));
  const before = run.fork?.reused;
  const reused = {
    steps: stepCount,
    items: steps.length,
    usage: before ? addUsage(before.usage, usage) : usage,
    costMicros: (before?.costMicros ?? 0) + costMicros,
  };
  const copy = {
    ...withoutStatus(run),
    status: "pending",
    createdAt: at,
    startedAt: null,
    idleSince: null,
    idleMs: 0,
    segment: 0,
    epoch: 0,
    worker: null,
    steps,
    usage: noUsage,
    costMicros: 0,
    costIncomplete: false,
    interrupts: [],
    plan: run.plan && settledPlan(run.plan, { ...run, steps, children }),
    children,
    feedback: [],
    discarded: null,
    fork: { from, changes, effects, by, record, reused },
  } as unknown as Run;
  return withChanges(copy, changes, at);
}

/** What it cost is no part of the fork's budget. */
function paidFor(child: ChildState): ChildState {
  return { ...child, budgetMicros: null, usage: noUsage, costMicros: 0 };
}

function isSettled(step: RunStep): boolean {
  if (step.kind === "model") return step.status === "completed";
  return step.kind !== "tool" || step.status === "done" || step.status === "failed";
}

/** A step that one call or another run was at is begun again; one of the run itself goes on. */
function settledPlan(plan: Plan, run: Run): Plan {
  return {
    ...plan,
    steps: plan.steps.map((step) =>
      step.status === "running" && step.uses.kind !== "self" && !planOutcome(run, step)
        ? { ...step, status: "pending", startedAt: null }
        : step,
    ),
  };
}

/** The run as it goes on when these things are otherwise. */
export function withChanges(run: Run, changes: RunChanges, at: string): Run {
  const { agentVersion = run.agentVersion, message, plan = [] } = changes;
  const isOwn = run.active.agentId === run.agentId;
  return {
    ...run,
    agentVersion,
    draft: changes.agentVersion === undefined ? run.draft : null,
    active: isOwn ? { ...run.active, agentVersion } : run.active,
    input: message === undefined ? run.input : { ...run.input, text: message },
    steps: withResults(run, changes.toolResults ?? [], at),
    plan: run.plan && plan.length > 0 ? editedPlan(run.plan, plan, run.plan.version + 1) : run.plan,
    changes: { ...run.changes, ...changes },
  };
}

/** Calls that are given a result have it, whatever they came to; those of the last answer also when they were not made. */
function withResults(
  run: Run,
  results: NonNullable<RunChanges["toolResults"]>,
  at: string,
): RunStep[] {
  if (results.length === 0) return run.steps;
  const given = new Map(results.map(({ callId, output }) => [callId, output]));
  const steps = run.steps.map((step): RunStep => {
    if (step.kind !== "tool" || !given.has(step.callId)) return step;
    const { artifact: _artifact, ...call } = step;
    const output = given.get(step.callId) ?? null;
    return { ...call, status: "done", output, error: null, endedAt: step.endedAt ?? at };
  });
  const last = run.steps.findLast((step) => step.kind === "model");
  const known = new Set(steps.map((step) => step.kind === "tool" && step.callId));
  for (const { callId, tool, input } of last?.message ? toolCalls(last.message) : []) {
    if (!given.has(callId) || known.has(callId)) continue;
    const call = proposedCall(run, { step: last?.step ?? 0, callId, tool, input, at }, "done");
    steps.push({ ...call, output: given.get(callId) ?? null, endedAt: at });
  }
  return steps;
}
