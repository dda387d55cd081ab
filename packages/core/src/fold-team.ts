import { FlotillaError } from "./error.ts";
import type { Event, EventOf, TeamEvent } from "./event.ts";
import { proposedCall } from "./fold-interrupt.ts";
import { illegal, withLabels, withToolStep } from "./fold-step.ts";
import type { Run } from "./run.ts";
import type { ChildState } from "./team.ts";
import { noUsage } from "./usage.ts";

/** The state after an event of the run's team; the run is running. */
export function applyTeam(run: Run, event: TeamEvent): Run {
  switch (event.type) {
    case "child.started":
      return startChild(run, event);
    case "child.ended":
      return endChild(run, event);
    case "agent.handed_off": {
      const { step, callId, tool, input, agentId, agentName, agentVersion, at } = event;
      const output = `The conversation goes on with ${agentName}.`;
      const done = { status: "done", output, endedAt: at } as const;
      const next = { ...run, active: { agentId, agentName, agentVersion } };
      const known = run.steps.some((one) => one.kind === "tool" && one.callId === callId);
      if (known) return withToolStep(next, event, (one) => ({ ...one, ...done }));
      const call = proposedCall(run, { step, callId, tool, input, at }, "done");
      return { ...next, steps: [...run.steps, { ...call, ...done }] };
    }
  }
}

function startChild(run: Run, event: Event & EventOf<"child.started">): Run {
  const {
    childId,
    agentId,
    agentName,
    agentVersion,
    callId,
    planStep = null,
    tool,
    step,
    input,
    task,
    at,
  } = event;
  const child: ChildState = {
    childId,
    agentId,
    agentName,
    agentVersion,
    callId,
    planStep,
    task,
    budgetMicros: event.budgetMicros ?? null,
    status: "open",
    output: null,
    error: null,
    usage: noUsage,
    costMicros: 0,
    startedAt: at,
    endedAt: null,
  };
  const next = { ...run, children: [...run.children, child] };
  if (tool === undefined) return next;
  const known = run.steps.some((one) => one.kind === "tool" && one.callId === callId);
  if (known) return withToolStep(next, event, (one) => ({ ...one, status: "delegated" }));
  const call = proposedCall(run, { step, callId, tool, input, at }, "delegated");
  return { ...next, steps: [...run.steps, call] };
}

function endChild(run: Run, event: Event & EventOf<"child.ended">): Run {
  const index = run.children.findIndex(({ childId }) => childId === event.childId);
  const child = run.children[index];
  if (child?.status !== "open") throw illegal(`a run without open child ${event.childId}`, event);
  const { status, usage, costMicros, output, artifact, labels, at } = event;
  const error =
    status === "completed"
      ? null
      : (event.error ??
        new FlotillaError("child_failed", `The run ${event.childId} was ${status}.`).toRecord());
  const ended = { ...child, status, output, error, usage, costMicros, endedAt: at };
  const next = { ...withLabels(run, event), children: run.children.with(index, ended) };
  const isCall = run.steps.some((one) => one.kind === "tool" && one.callId === event.callId);
  if (!isCall) return next;
  return withToolStep(next, event, (one) => ({
    ...one,
    status: error ? "failed" : "done",
    output,
    ...(artifact && { artifact }),
    ...(labels && { labels }),
    error,
    endedAt: at,
  }));
}
