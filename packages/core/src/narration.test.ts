import fc from "fast-check";
import { expect, test } from "vitest";
import { eventsOf, inJournal, runs } from "../test/any-run.ts";
import type { EventData } from "./event.ts";
import type { StepPurpose } from "./plan.ts";
import { noUsage } from "./usage.ts";
import { Narrator, type Told } from "./narration.ts";

function tell(events: EventData[]): Told[] {
  const narrator = new Narrator();
  return inJournal(events).flatMap((event) => narrator.tell(event));
}

/** The whole texts of a run, by step; what was broken off is left out. */
function wholeTexts(told: Told[]): string[] {
  const texts = new Map<string, string>();
  const whole: string[] = [];
  for (const one of told) {
    if (one.type === "text_delta") texts.set(one.id, (texts.get(one.id) ?? "") + one.delta);
    if (one.type === "text_ended" && one.whole) whole.push(texts.get(one.id) ?? "");
  }
  return whole;
}

test("what begins is ended before anything else begins, and nothing is open at the end", () => {
  fc.assert(
    fc.property(runs, ({ steps, end }) => {
      let open: string | undefined;
      let isInStep = false;
      const ids = new Set<string>();
      const told = tell(eventsOf(steps, end));
      expect(told[0]).toEqual({ type: "run_started" });
      for (const one of told) {
        if (one.type === "text_started" || one.type === "reasoning_started") {
          expect({ open, isInStep }).toEqual({ open: undefined, isInStep: true });
          expect(ids.has(one.id)).toBe(false);
          ids.add(one.id);
          open = one.id;
        } else if (one.type === "text_delta" || one.type === "reasoning_delta") {
          expect(one.id).toBe(open);
          expect(one.delta).not.toBe("");
        } else if (one.type === "text_ended" || one.type === "reasoning_ended") {
          expect(one.id).toBe(open);
          open = undefined;
        } else {
          expect(open).toBeUndefined();
          if (one.type === "step_started" || one.type === "step_finished") {
            expect(isInStep).toBe(one.type === "step_finished");
            isInStep = !isInStep;
          } else expect(isInStep).toBe(false);
        }
      }
      expect({ open, isInStep }).toEqual({ open: undefined, isInStep: false });
      expect(told.at(-1)?.type).toBe(end.type.replace(".", "_"));
    }),
  );
});

test("the whole texts are those of the answers, whether partial text was there to be read or not", () => {
  fc.assert(
    fc.property(runs, ({ steps, end }) => {
      const events = eventsOf(steps, end);
      const late = events.filter(({ type }) => type !== "step.delta");
      const answers = steps.map((attempts) => attempts.at(-1)?.text ?? "").filter((text) => text);
      expect(wholeTexts(tell(events))).toEqual(answers);
      expect(wholeTexts(tell(late))).toEqual(answers);
    }),
  );
});

test("each call is told once with its input, and has one result", () => {
  fc.assert(
    fc.property(runs, ({ steps, end }) => {
      const told = tell(eventsOf(steps, end));
      const own = told.flatMap((one) =>
        one.type === "call" && !one.handedOut ? [one.call.callId] : [],
      );
      const results = told.flatMap((one) => (one.type === "result" ? [one.callId] : []));
      expect(new Set(own).size).toBe(own.length);
      expect(results).toEqual(own);
    }),
  );
});

test("a call whose outcome a person told has that as its result", () => {
  const call = { type: "effect.intended", step: 1, callId: "c1-0", tool: "t", input: {} } as const;
  const ask = { type: "interrupt.raised", interruptId: "int_1", callId: "c1-0" } as const;
  const told = tell([
    { ...call, attempt: 1, idempotencyKey: "k" },
    { type: "effect.unknown", callId: "c1-0", reason: "r" },
    { ...ask, kind: "effect_outcome", prompt: "p" },
    {
      type: "interrupt.answered",
      interruptId: "int_1",
      by: "p",
      answer: { action: "done", output: 7 },
    },
  ]);
  expect(told.at(-1)).toMatchObject({ type: "result", callId: "c1-0", tool: "t", output: 7 });
});

function said(step: number, text: string, purpose?: StepPurpose): EventData[] {
  const message = { role: "assistant" as const, content: [{ type: "text" as const, text }] };
  const answered = {
    usage: noUsage,
    finish: "stop",
    costMicros: 0,
    firstTokenMs: 1,
    ms: 1,
  } as const;
  return [
    { type: "step.started", step, attempt: 1, model: "p/m", ...(purpose && { purpose }) },
    { type: "step.delta", step, attempt: 1, text: text.slice(0, 2) },
    { type: "step.completed", step, attempt: 1, message, ...answered },
  ];
}

test("only the answer of a run with a plan is told as text; what leads to it is thought", () => {
  const told = tell([
    ...said(1, '{"goal":"g"}', { kind: "plan" }),
    ...said(2, "half of it", { kind: "plan_step", id: "a", attempt: 1 }),
    ...said(3, "all of it", { kind: "answer" }),
    { type: "run.completed", output: "all of it" },
  ]);
  expect(wholeTexts(told)).toEqual(["all of it"]);
  expect(told.filter(({ type }) => type === "reasoning_ended")).toHaveLength(2);
});

test("an answer that was chosen among tries is told once, at the end", () => {
  const told = tell([
    ...said(1, "good", { kind: "try", number: 1 }),
    ...said(2, "{}", { kind: "critique", step: 1 }),
    ...said(3, "worse", { kind: "try", number: 2 }),
    { type: "run.completed", output: "good" },
  ]);
  expect(wholeTexts(told)).toEqual(["good"]);
  expect(told.slice(-5).map(({ type }) => type)).toEqual([
    ...["step_started", "text_started", "text_delta", "text_ended", "step_finished"].slice(1),
    "run_completed",
  ]);
});
