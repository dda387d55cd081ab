import { FlotillaError } from "./error.ts";
import type { Event, EventOf } from "./event.ts";
import { closeAttempt, illegal, withToolStep } from "./fold-step.ts";
import { answerActions, type ApprovalAnswer, type EffectAnswer } from "./interrupt.ts";
import type { Json } from "./json.ts";
import type { OpenInterrupt, Run, ToolStep } from "./run.ts";

/** The state after somebody is asked; the run is running. */
export function raised(run: Run, event: Event & EventOf<"interrupt.raised">): Run {
  const { type: _type, seq: _seq, runId: _runId, at, ...asked } = event;
  const open: OpenInterrupt = { ...asked, raisedAt: at };
  const isCall = event.kind === "approval" || event.kind === "question";
  const next = isCall ? propose(run, event) : run;
  return { ...next, interrupts: [...run.interrupts, open] };
}

/** A call that is not made yet, with its place in the order of the answer's calls. */
export function proposedCall(
  run: Run,
  call: { step: number; callId: string; tool: string; input: Json; at: string },
  status: ToolStep["status"],
): ToolStep {
  const { at, ...rest } = call;
  return {
    kind: "tool",
    ...rest,
    idempotencyKey: `${run.runId}:${call.callId}`,
    status,
    attempts: [],
    output: null,
    error: null,
    startedAt: at,
    endedAt: null,
  };
}

function propose(
  run: Run,
  event: Event & EventOf<"interrupt.raised"> & { kind: "approval" | "question" },
): Run {
  const { callId, step, tool, input, at } = event;
  const known = run.steps.some((one) => one.kind === "tool" && one.callId === callId);
  if (event.kind === "question" && event.needs) {
    return withToolStep(run, event, (one) => ({
      ...one,
      status: "proposed",
      attempts: closeAttempt(one, at, null),
    }));
  }
  if (known) {
    return withToolStep(run, event, ({ proposed: _proposed, approved: _approved, ...one }) => ({
      ...{ ...one, tool, input, status: "proposed" },
    }));
  }
  const proposed = proposedCall(run, { step, callId, tool, input, at }, "proposed");
  return { ...run, steps: [...run.steps, proposed] };
}

/** An answer is folded into the ledger at once; the run itself goes on with its next segment. */
export function answered(run: Run, event: Event & EventOf<"interrupt.answered">): Run {
  const open = run.interrupts.find((one) => one.interruptId === event.interruptId);
  if (!open || run.status !== "waiting") throw illegal(`a ${run.status} run`, event);
  if (!answerActions[open.kind].includes(event.answer.action)) {
    throw illegal(`an interrupt of kind ${open.kind}`, event);
  }
  return {
    ...settle(run, open, event),
    interrupts: run.interrupts.filter((one) => one !== open),
  };
}

function settle(run: Run, open: OpenInterrupt, event: Event & EventOf<"interrupt.answered">): Run {
  const { answer, at } = event;
  switch (answer.action) {
    case "done":
    case "redo":
    case "fail":
      return ofEffect(run, open, { ...event, answer });
    case "reply":
      if (isNeeded(open)) return given(run, open, event, { value: answer.value });
      return withCall(run, open, event, (step) => ({
        ...step,
        status: "done",
        output: answer.value,
        endedAt: at,
      }));
    default:
      checkHash(open, { ...event, answer });
      if (open.kind === "plan_review") return reviewed(run, open.planVersion, answer);
      if (open.kind === "question") return unanswered(run, open, event, answer);
      return ofApproval(run, open, { ...event, answer });
  }
}

function ofEffect(
  run: Run,
  open: OpenInterrupt,
  event: Event & EventOf<"interrupt.answered"> & { answer: EffectAnswer },
): Run {
  const { answer, at } = event;
  return withCall(run, open, event, (step) => {
    switch (answer.action) {
      case "done":
        return { ...step, status: "done", output: answer.output, endedAt: at };
      case "redo":
        return { ...step, status: "retrying" };
      case "fail": {
        const error = new FlotillaError("effect_unknown", answer.reason).toRecord();
        return { ...step, status: "failed", error, endedAt: at };
      }
    }
  });
}

/** An approval is of what was shown, and of nothing else. */
function checkHash(
  open: OpenInterrupt,
  event: Event & EventOf<"interrupt.answered"> & { answer: ApprovalAnswer },
): void {
  if (event.answer.action === "reject") return;
  if ("hash" in open && open.hash === event.answer.hash) return;
  throw illegal("an interrupt that asks about something else", event);
}

/** A question that nobody answers: the model is told why. */
function unanswered(
  run: Run,
  open: OpenInterrupt,
  event: Event & EventOf<"interrupt.answered">,
  answer: ApprovalAnswer,
): Run {
  if (answer.action !== "reject") throw illegal("an interrupt of kind question", event);
  if (isNeeded(open)) return given(run, open, event, null);
  return withCall(run, open, event, (step) => rejected(step, answer.reason, event.at));
}

type Needed = Extract<OpenInterrupt, { kind: "question" }> & {
  needs: { key: string; state: Json };
};

function isNeeded(open: OpenInterrupt): open is Needed {
  return open.kind === "question" && open.needs !== undefined;
}

/** A call that asked goes on with what was said once nothing of it is open any more. */
function given(
  run: Run,
  open: Needed,
  event: Event & EventOf<"interrupt.answered">,
  answer: { value: Json } | null,
): Run {
  const { needs, callId } = open;
  const isOpen = run.interrupts.some(
    (one) => one !== open && "callId" in one && one.callId === callId,
  );
  return withCall(run, open, event, (step) => ({
    ...step,
    status: isOpen ? "proposed" : "retrying",
    given: { answers: { ...step.given?.answers, [needs.key]: answer }, state: needs.state },
  }));
}

function rejected(step: ToolStep, reason: string, at: string): ToolStep {
  const error = new FlotillaError("tool_rejected", reason).toRecord();
  return { ...step, status: "failed", error, endedAt: at };
}

function ofApproval(
  run: Run,
  open: OpenInterrupt,
  event: Event & EventOf<"interrupt.answered"> & { answer: ApprovalAnswer },
): Run {
  if (open.kind !== "approval") throw illegal(`an interrupt of kind ${open.kind}`, event);
  const { answer, at, by } = event;
  const { hash, input } = open;
  switch (answer.action) {
    case "approve":
      return withCall(run, open, event, (step) => ({
        ...step,
        status: "approved",
        approved: { hash, by },
      }));
    case "edit":
      return withCall(withReplaced(run, hash), open, event, (step) => ({
        ...step,
        status: "approved",
        input: answer.input,
        proposed: { input, hash },
        approved: { hash, by },
      }));
    case "reject":
      return withCall(withReplaced(run, hash), open, event, (step) =>
        rejected(step, answer.reason, at),
      );
  }
}

function withReplaced(run: Run, hash: string): Run {
  return { ...run, replaced: [...run.replaced, hash] };
}

function reviewed(run: Run, version: number, answer: ApprovalAnswer): Run {
  const reason = answer.action === "reject" ? answer.reason : null;
  return { ...run, planReview: { version, approved: reason === null, reason } };
}

function withCall(
  run: Run,
  open: OpenInterrupt,
  event: Event & EventOf<"interrupt.answered">,
  change: (step: ToolStep) => ToolStep,
): Run {
  if (!("callId" in open)) throw illegal(`an interrupt of kind ${open.kind}`, event);
  return withToolStep(run, { ...event, callId: open.callId }, change);
}
