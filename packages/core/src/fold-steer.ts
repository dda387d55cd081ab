import type { Event, EventOf, SteerEvent } from "./event.ts";
import { purposeNow } from "./focus.ts";
import { forked } from "./fold-fork.ts";
import { proposedCall } from "./fold-interrupt.ts";
import { illegal, openModelStep, withLabels, withToolStep } from "./fold-step.ts";
import { isTerminal, type ModelStep, type Run, type ToolStep } from "./run.ts";

/** The state after something that people, or other agents, did with the run. */
export function applySteer(run: Run, event: SteerEvent): Run {
  switch (event.type) {
    case "run.resumed":
      requirePaused(run, event);
      return run;
    case "message.added": {
      if (isTerminal(run.status)) throw illegal(`a ${run.status} run`, event);
      const { step, text, by, from = null, at } = event;
      const said = { kind: "message", step, text, by, from, at } as const;
      return { ...withLabels(run, event), steps: [...run.steps, said] };
    }
    case "step.written":
      requirePaused(run, event);
      return written(run, event);
    case "call.performed":
      requirePaused(run, event);
      return performed(run, event);
    case "run.forked":
      return forked(run, event);
    case "run.discarded": {
      if (run.status !== "failed") throw illegal(`a ${run.status} run`, event);
      const { by, reason, at } = event;
      return { ...run, discarded: { by, reason, at } };
    }
    case "feedback.given": {
      const { type: _type, runId: _runId, seq: _seq, ...feedback } = event;
      return { ...run, feedback: [...run.feedback, feedback] };
    }
  }
}

function requirePaused(run: Run, event: SteerEvent): void {
  if (run.status === "waiting" && run.waitingFor.kind === "paused") return;
  throw illegal(`a ${run.status} run that is not paused`, event);
}

/** A person's turn stands where a model's would; a call that was broken off before it is given up. */
function written(run: Run, event: Event & EventOf<"step.written">): Run {
  const { step, message, by, at } = event;
  if (step !== run.stepCount + 1) throw illegal(`a run with ${run.stepCount} steps`, event);
  const index = openModelStep(run);
  const last = run.steps[index];
  const isOpen = last?.kind === "model" && last.status !== "completed";
  const purpose = purposeNow(run);
  const turn: ModelStep = {
    kind: "model",
    step,
    model: isOpen ? last.model : "",
    status: "completed",
    waitingFor: null,
    waitingSince: null,
    attempts: isOpen ? last.attempts : [],
    partialText: "",
    partialReasoning: "",
    message,
    usage: null,
    finish: message.content.some((part) => part.type === "tool_call") ? "tool_calls" : "stop",
    costMicros: 0,
    usageEstimated: false,
    priced: "call",
    firstTokenMs: null,
    ...(purpose && { purpose }),
    by,
    judged: null,
    startedAt: isOpen ? last.startedAt : at,
    endedAt: at,
  };
  const before = isOpen ? run.steps.toSpliced(index, 1) : run.steps;
  return { ...run, steps: [...before, turn], stepCount: run.stepCount + 1 };
}

function performed(run: Run, event: Event & EventOf<"call.performed">): Run {
  const { step, callId, tool, input, output, at } = event;
  const done = { status: "done", output, error: null, endedAt: at } as const;
  const known = run.steps.find((one) => one.kind === "tool" && one.callId === callId);
  if (known?.kind === "tool") {
    // One that was begun may have taken effect.
    if (known.attempts.length > 0) throw illegal(`a run that has begun call ${callId}`, event);
    return withToolStep(run, event, (one) => ({ ...one, ...done }));
  }
  const call: ToolStep = {
    ...proposedCall(run, { step, callId, tool, input, at }, "done"),
    ...done,
  };
  return { ...run, steps: [...run.steps, call] };
}
