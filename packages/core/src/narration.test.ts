import fc from "fast-check";
import { expect, test } from "vitest";
import type { Event, EventData } from "./event.ts";
import { Narrator, type Told } from "./narration.ts";
import { noUsage } from "./usage.ts";

const why = { code: "model_overloaded", message: "m", class: "transient", remedy: "r" } as const;

/** Pieces of a text that add up to a beginning of it. */
const cut = (text: string) =>
  fc.tuple(fc.nat(text.length), fc.nat(text.length)).map(([a, b]) => {
    const [from, to] = [Math.min(a, b), Math.max(a, b)];
    return [text.slice(0, from), text.slice(from, to)].filter((piece) => piece !== "");
  });

interface Attempt {
  how: "fails" | "dies" | "completes";
  events: EventData[];
}

/** One attempt of a step: some of its text, then how it went on. */
const attempt = (how: Attempt["how"]) =>
  fc
    .record({
      text: fc.string({ maxLength: 12 }),
      thought: fc.string({ maxLength: 6 }),
      calls: fc.nat(2),
    })
    .chain(({ text, thought, calls }) =>
      fc.record({
        how: fc.constant(how),
        text: fc.constant(text),
        thought: fc.constant(thought),
        calls: fc.constant(calls),
        texts: cut(text),
        thoughts: cut(thought),
      }),
    );
type MadeAttempt = Parameters<Parameters<ReturnType<typeof attempt>["map"]>[0]>[0];

const step = fc
  .tuple(
    fc.array(
      fc.constantFrom("fails" as const, "dies" as const).chain((how) => attempt(how)),
      { maxLength: 2 },
    ),
    attempt("completes"),
  )
  .map(([before, last]) => [...before, last]);

const ending = fc.constantFrom<EventData>(
  { type: "run.completed", output: "o" },
  {
    type: "run.completed",
    output: "o",
    calls: [{ type: "tool_call", callId: "c9-0", tool: "theirs", input: {} }],
  },
  { type: "run.failed", error: why },
  { type: "run.cancelled", by: "person" },
);

function eventsOf(steps: MadeAttempt[][], end: EventData): EventData[] {
  return [
    { type: "run.created", agentId: "a", agentName: "a", agentVersion: 1, input: { text: "q" } },
    { type: "segment.started", segment: 1, epoch: 1, worker: "w", cause: "start" },
    ...steps.flatMap((attempts, index) =>
      attempts.flatMap((one, number) => attemptEvents(one, index + 1, number + 1, attempts)),
    ),
    end,
  ];
}

function attemptEvents(
  one: MadeAttempt,
  place: number,
  number: number,
  all: MadeAttempt[],
): EventData[] {
  const at = { step: place, attempt: number };
  const died = all[number - 2]?.how === "dies";
  const deltas = [
    ...one.thoughts.map((reasoning) => ({ type: "step.delta" as const, ...at, reasoning })),
    ...one.texts.map((text) => ({ type: "step.delta" as const, ...at, text })),
  ];
  const start: EventData = died
    ? { type: "step.restarted", ...at, model: "p/m", reason: "r" }
    : { type: "step.started", ...at, model: "p/m" };
  if (one.how === "dies") return [start, ...deltas];
  if (one.how === "fails") {
    return [start, ...deltas, { type: "step.failed", ...at, error: why, retryInMs: 0 }];
  }
  const calls = Array.from({ length: one.calls }, (_, index) => `c${place}-${index}`);
  const completed: EventData = {
    type: "step.completed",
    ...at,
    message: {
      role: "assistant",
      content: [
        { type: "reasoning", text: one.thought },
        { type: "text", text: one.text },
        ...calls.map((callId) => ({ type: "tool_call" as const, callId, tool: "t", input: {} })),
      ],
    },
    usage: noUsage,
    finish: "stop",
    costMicros: 0,
    firstTokenMs: 0,
    ms: 0,
  };
  const effects = calls.flatMap((callId): EventData[] => [
    {
      type: "effect.intended",
      step: place,
      callId,
      tool: "t",
      input: {},
      attempt: 1,
      idempotencyKey: callId,
    },
    { type: "effect.done", callId, output: 1, ms: 1, via: "executed" },
  ]);
  return [start, ...deltas, completed, ...effects];
}

function tell(events: EventData[]): Told[] {
  const narrator = new Narrator();
  return events.flatMap((data, index) => {
    const event = { runId: "run_1", seq: index + 1, at: "2026-01-01T00:00:00.000Z", ...data };
    return narrator.tell(event as Event);
  });
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

const runs = fc.record({ steps: fc.array(step, { maxLength: 4 }), end: ending });

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
