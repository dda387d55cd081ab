import fc from "fast-check";
import type { Event, EventData } from "../src/event.ts";
import { noUsage } from "../src/usage.ts";

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

/** The events of such a run, with all partial text. */
export function eventsOf(steps: MadeAttempt[][], end: EventData): EventData[] {
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

/** The steps of a run, each with its attempts, and how it ended. */
export const runs = fc.record({ steps: fc.array(step, { maxLength: 4 }), end: ending });

/** As the journal has them. */
export function inJournal(events: EventData[]): Event[] {
  return events.map((data, index) => {
    const at = "2026-01-01T00:00:00.000Z";
    return { runId: "run_1", seq: index + 1, at, ...data };
  });
}
