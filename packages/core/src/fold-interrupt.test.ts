import { expect, it } from "vitest";
import type { Event, EventData } from "./event.ts";
import { fold } from "./fold.ts";
import type { InterruptAnswer } from "./interrupt.ts";
import { transcript } from "./transcript.ts";
import { noUsage } from "./usage.ts";

const hash = "a".repeat(64);
const call = { step: 1, callId: "c1-0", tool: "pay", input: { to: "ann" } };

function run(...events: EventData[]) {
  const before: EventData[] = [
    {
      type: "run.created",
      agentId: "agt_1",
      agentName: "a",
      agentVersion: 1,
      input: { text: "go" },
    },
    { type: "segment.started", segment: 1, epoch: 1, worker: "w", cause: "start" },
    { type: "step.started", step: 1, attempt: 1, model: "p/m" },
    {
      ...{ type: "step.completed", step: 1, attempt: 1, usage: noUsage, costMicros: 0 },
      message: { role: "assistant", content: [{ type: "tool_call", ...call }] },
      ...{ finish: "tool_calls", firstTokenMs: 1, ms: 2 },
    },
  ];
  return fold(
    [...before, ...events].map((data, index): Event => ({
      ...{ runId: "run_1", seq: index + 1, at: "2026-01-01T00:00:00.000Z" },
      ...data,
    })),
  );
}

const asked: EventData = {
  ...{ type: "interrupt.raised", interruptId: "int_1", kind: "approval", prompt: "May it?" },
  ...{ ...call, hash },
};
const question: EventData = {
  ...{ type: "interrupt.raised", interruptId: "int_1", kind: "question", prompt: "Why?" },
  ...{ ...call, form: { kind: "text" } },
};
const waits: EventData = {
  type: "run.waiting",
  for: { kind: "interrupt", interruptIds: ["int_1"] },
};
const answered = (answer: InterruptAnswer): EventData => ({
  ...{ type: "interrupt.answered", interruptId: "int_1", by: "ann", answer },
});
const intended: EventData = {
  ...{ type: "effect.intended", ...call, attempt: 1, idempotencyKey: "k" },
};
const goesOn: EventData = {
  ...{ type: "segment.started", segment: 2, epoch: 2, worker: "w", cause: "answer" },
};

it("a call that is asked about is not intended before it is approved", () => {
  expect(run(asked).steps[1]).toMatchObject({ status: "proposed", attempts: [] });
  expect(() => run(asked, intended)).toThrow(/asks about call c1-0/);
  const approved = run(asked, waits, answered({ action: "approve", hash }), goesOn);
  expect(approved.steps[1]).toMatchObject({ status: "approved", approved: { hash, by: "ann" } });
  expect(approved.interrupts).toEqual([]);
});

it("an answer is of what was asked, of an action that it takes, and given once", () => {
  const other = "b".repeat(64);
  for (const answer of [
    { action: "approve", hash: other },
    { action: "edit", hash: other, input: {} },
    { action: "redo" },
    { action: "reply", value: "x" },
  ] as const) {
    expect(() => run(asked, waits, answered(answer)), answer.action).toThrow(/cannot follow/);
  }
  expect(() => run(asked, answered({ action: "approve", hash }))).toThrow(/cannot follow/);
  const once = answered({ action: "approve", hash });
  expect(() => run(asked, waits, once, once)).toThrow(/cannot follow/);
});

it("an edit keeps what was asked for, and a call that is asked about anew is as it is asked", () => {
  const edit = answered({ action: "edit", hash, input: { to: "bob" } });
  const edited = run(asked, waits, edit, goesOn);
  expect(edited.replaced).toEqual([hash]);
  expect(edited.steps[1]).toMatchObject({
    status: "approved",
    input: { to: "bob" },
    proposed: { input: { to: "ann" }, hash },
  });
  const again = run(asked, waits, edit, goesOn, { ...asked, interruptId: "int_2" });
  expect(again.steps[1]).toMatchObject({ status: "proposed", input: { to: "ann" } });
  expect(again.steps[1]).not.toHaveProperty("approved");
  expect(again.steps[1]).not.toHaveProperty("proposed");
});

it("a question is replied to, or declined with a reason that the model reads", () => {
  const replied = run(question, waits, answered({ action: "reply", value: "so" }));
  expect(replied.steps[1]).toMatchObject({ status: "done", output: "so" });
  const declined = run(question, waits, answered({ action: "reject", reason: "Ask Bob." }));
  expect(transcript(declined).at(-1)).toMatchObject({
    results: [{ output: "Error: Ask Bob.", isError: true }],
  });
  expect(() => run(question, waits, answered({ action: "approve", hash }))).toThrow(
    /cannot follow/,
  );
});
