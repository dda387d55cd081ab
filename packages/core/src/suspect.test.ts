import { expect, test } from "vitest";
import type { Event, EventData, EventOf } from "./event.ts";
import { fold } from "./fold.ts";
import { isSuspect, provenKills } from "./suspect.ts";
import type { ToolStep } from "./run.ts";
import { noUsage } from "./usage.ts";

const killed: EventData = {
  type: "effect.failed",
  callId: "c1-0",
  error: { code: "worker_killed", message: "m", class: "transient", remedy: "r" },
  ms: 1,
  retryInMs: 0,
};

const intended = (attempt: number): EventData => ({
  type: "effect.intended",
  step: 1,
  callId: "c1-0",
  tool: "t",
  input: {},
  attempt,
  idempotencyKey: "k",
});

const segment = (
  worker: string,
  cause: EventOf<"segment.started">["cause"] = "takeover",
): EventData => ({ type: "segment.started", segment: 1, epoch: 1, worker, cause });

/** The call after what became of its run. */
function callAfter(...then: EventData[]): ToolStep {
  const events: EventData[] = [
    {
      type: "run.created",
      agentId: "agt_1",
      agentName: "a",
      agentVersion: 1,
      input: { text: "q" },
    },
    segment("wrk_1", "start"),
    { type: "step.started", step: 1, attempt: 1, model: "p/m" },
    {
      type: "step.completed",
      step: 1,
      attempt: 1,
      message: {
        role: "assistant",
        content: [{ type: "tool_call", callId: "c1-0", tool: "t", input: {} }],
      },
      usage: noUsage,
      finish: "tool_calls",
      costMicros: 0,
      firstTokenMs: null,
      ms: 1,
    },
    intended(1),
    ...then,
  ];
  const at = "2026-01-01T00:00:00.000Z";
  const run = fold(
    events.map((data, index): Event => ({ runId: "run_1", seq: index + 1, at, ...data })),
  );
  return run.steps.find((step) => step.kind === "tool") as ToolStep;
}

test("a call under way on a worker that is gone is a suspect, and guilty of nothing", () => {
  expect(isSuspect(callAfter())).toBe(false);
  expect(isSuspect(callAfter(segment("wrk_1")))).toBe(false);
  expect(isSuspect(callAfter(segment("wrk_2", "continue")))).toBe(false);
  const often = [2, 3, 4, 5].flatMap((n) => [segment(`wrk_${n}`), intended(n)]);
  const beside = callAfter(...often, segment("wrk_6"));
  expect(isSuspect(beside)).toBe(true);
  expect(provenKills(beside)).toBe(0);
});

test("a call that was settled before its worker ended is none", () => {
  const done: EventData = {
    type: "effect.done",
    callId: "c1-0",
    output: 1,
    ms: 1,
    via: "executed",
  };
  expect(isSuspect(callAfter(done, segment("wrk_2")))).toBe(false);
});

test("ends of its own process count, until its run is taken up again", () => {
  const guilty = [segment("wrk_2"), intended(2), killed, intended(3), killed];
  expect(provenKills(callAfter(...guilty))).toBe(2);
  const failed: EventData = {
    type: "run.failed",
    error: { code: "worker_killed", message: "m", class: "permanent", remedy: "r" },
  };
  const retried: EventData = { type: "run.retried", by: "ann" };
  const replayed = callAfter(...guilty, failed, retried);
  expect(provenKills(replayed)).toBe(0);
  expect(isSuspect(replayed)).toBe(true);
  expect(
    provenKills(callAfter(...guilty, failed, retried, segment("w", "retry"), intended(4), killed)),
  ).toBe(1);
});
