import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FlotillaError } from "./error.ts";
import { eventSchema, type Event, type EventData } from "./event.ts";
import { fold, reduce } from "./fold.ts";
import { transcript } from "./transcript.ts";
import { isTerminal, runTransitions, type Run } from "./run.ts";
import { noUsage } from "./usage.ts";

const at = (seq: number) => new Date(Date.UTC(2026, 0, 1) + seq * 1_000).toISOString();
const transient = new FlotillaError("model_overloaded", "busy", { transient: true }).toRecord();

/** Legal histories, made by choosing at each point among the events that may follow. */
const histories: fc.Arbitrary<Event[]> = fc.array(fc.nat(), { maxLength: 120 }).map((choices) => {
  const events: Event[] = [created()];
  let run = fold(events);
  for (const [i, choice] of choices.entries()) {
    const options = followers(run);
    if (options.length === 0) break;
    const data = options[choice % options.length] as EventData;
    // Sequence numbers may have gaps: deltas are deleted when their step completes.
    const seq = run.seq + 1 + (i % 3);
    const event: Event = { runId: "run_1", seq, at: at(seq), ...data };
    events.push(event);
    run = reduce(run, event);
  }
  return events;
});

function created(): Event {
  return {
    runId: "run_1",
    seq: 1,
    at: at(1),
    type: "run.created",
    agentId: "agt_1",
    agentName: "a",
    agentVersion: 1,
    input: { text: "question" },
  };
}

function followers(run: Run): EventData[] {
  const segment: EventData = {
    type: "segment.started",
    segment: run.segment + 1,
    epoch: run.epoch + 1,
    worker: "wrk_1",
    cause: "continue",
  };
  switch (run.status) {
    case "pending":
      return [segment, { type: "run.cancelled", by: "person" }];
    case "waiting":
      return [
        ...run.interrupts.map((open): EventData => ({
          type: "interrupt.answered",
          interruptId: open.interruptId,
          by: "person",
          answer: { action: "done", output: { ok: true } },
        })),
        segment,
        { type: "run.cancelled", by: "person", reason: "enough" },
      ];
    case "running":
      return [segment, ...stepFollowers(run)];
    case "failed":
    case "cancelled":
      return [{ type: "run.retried", by: "person" }];
    case "completed":
      return [];
  }
}

function stepFollowers(run: Run): EventData[] {
  const last = run.steps.findLast((step) => step.kind === "model");
  const step = last && last.status !== "completed" ? last.step : run.stepCount + 1;
  const attempt = (last?.attempts.at(-1)?.attempt ?? 0) + 1;
  const tools = run.steps.filter((one) => one.kind === "tool");
  const open = tools.filter((one) => one.status !== "done" && one.status !== "failed");
  if (last?.status === "running") {
    const current = last.attempts.at(-1)?.attempt ?? 1;
    const callId = `c${last.step}-0`;
    return [
      { type: "step.delta", step, attempt: current, text: "abc" },
      { type: "step.restarted", step, attempt, model: "p/m", reason: "the worker stopped" },
      { type: "step.failed", step, attempt: current, error: transient, retryInMs: 10 },
      { type: "step.failed", step, attempt: current, error: transient, retryInMs: null },
      completed(step, current, []),
      completed(step, current, [callId]),
    ];
  }
  return [
    { type: "step.started", step, attempt, model: "p/m" },
    { type: "output.rejected", step, problems: ["no"] },
    ...open.flatMap(({ callId }): EventData[] => [
      { type: "effect.done", callId, output: 1, ms: 1, via: "executed" },
      { type: "effect.failed", callId, error: transient, ms: 1, retryInMs: null },
      { type: "effect.unknown", callId, reason: "the worker stopped" },
      {
        type: "interrupt.raised",
        interruptId: `int_${run.seq}`,
        kind: "effect_outcome",
        callId,
        prompt: "?",
      },
    ]),
    ...(last?.status === "completed" && !tools.some((one) => one.step === last.step)
      ? [intended(last.step)]
      : []),
    { type: "run.completed", output: "done" },
    { type: "run.failed", error: transient },
    { type: "run.waiting", for: { kind: "timer", until: at(9_999), why: transient } },
  ];
}

function completed(step: number, attempt: number, callIds: string[]): EventData {
  return {
    type: "step.completed",
    step,
    attempt,
    message: {
      role: "assistant",
      content: callIds.map((callId) => ({ type: "tool_call", callId, tool: "t", input: {} })),
    },
    usage: { ...noUsage, inputTokens: 10, outputTokens: 2 },
    finish: "stop",
    costMicros: 3,
    firstTokenMs: 1,
    ms: 2,
  };
}

function intended(step: number): EventData {
  const callId = `c${step}-0`;
  return {
    type: "effect.intended",
    step,
    callId,
    tool: "t",
    input: {},
    attempt: 1,
    idempotencyKey: `run_1:${callId}`,
  };
}

describe("fold", () => {
  it("folds every prefix of a legal history", () => {
    fc.assert(
      fc.property(histories, (events) => {
        for (let end = 1; end <= events.length; end++) {
          const run = fold(events.slice(0, end));
          expect(run.seq).toBe(events[end - 1]?.seq);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("is deterministic and does not depend on where it was cut", () => {
    fc.assert(
      fc.property(histories, fc.nat(), (events, cut) => {
        const whole = fold(events);
        const place = 1 + (cut % events.length);
        expect(fold(events.slice(place), fold(events.slice(0, place)))).toEqual(whole);
        expect(fold(structuredClone(events))).toEqual(whole);
      }),
      { numRuns: 200 },
    );
  });

  it("never changes the state it was given", () => {
    fc.assert(
      fc.property(histories, (events) => {
        let run: Run | undefined;
        for (const event of events) {
          const before = structuredClone(run);
          const next = reduce(run, event);
          expect(run).toEqual(before);
          run = next;
        }
      }),
      { numRuns: 100 },
    );
  });

  it("moves between statuses only along the transitions", () => {
    fc.assert(
      fc.property(histories, (events) => {
        let run = fold(events.slice(0, 1));
        for (const event of events.slice(1)) {
          const next = reduce(run, event);
          if (next.status !== run.status) expect(runTransitions[run.status]).toContain(next.status);
          run = next;
        }
      }),
    );
  });

  it("adds up usage and cost of the completed steps, whatever else happened", () => {
    fc.assert(
      fc.property(histories, (events) => {
        const done = events.filter((event) => event.type === "step.completed").length;
        const run = fold(events);
        expect(run.stepCount).toBe(done);
        expect(run.usage.inputTokens).toBe(done * 10);
        expect(run.costMicros).toBe(done * 3);
      }),
    );
  });

  it("gives the same state without the deltas of completed steps", () => {
    fc.assert(
      fc.property(histories, (events) => {
        const run = fold(events);
        const kept = events.filter((event, i) => {
          if (event.type !== "step.delta") return true;
          const ended = (later: Event) =>
            "step" in later && later.step === event.step && later.type !== "step.delta";
          return !events.slice(i + 1).some(ended);
        });
        expect(fold(kept)).toEqual(run);
      }),
    );
  });

  it("refuses everything after the end, but a retry", () => {
    fc.assert(
      fc.property(histories, (events) => {
        const run = fold(events);
        if (!isTerminal(run.status)) return;
        const seq = run.seq + 1;
        for (const data of [
          intended(1),
          completed(1, 1, []),
          { type: "run.completed", output: 1 },
        ]) {
          const event = { runId: "run_1", seq, at: at(seq), ...data } as Event;
          expect(() => reduce(run, event)).toThrow(/cannot follow/);
        }
      }),
    );
  });

  it("produces events that the schema accepts", () => {
    fc.assert(
      fc.property(histories, (events) => {
        for (const event of events) expect(eventSchema.parse(event)).toEqual(event);
      }),
      { numRuns: 50 },
    );
  });
});

describe("reduce", () => {
  const start = fold([created()]);
  const next = (run: Run, data: EventData, seq = run.seq + 1): Run =>
    reduce(run, { runId: "run_1", seq, at: at(seq), ...data });
  const segment = (n: number): EventData => ({
    type: "segment.started",
    segment: n,
    epoch: n,
    worker: "wrk_1",
    cause: "start",
  });

  it("refuses a sequence number that does not rise", () => {
    expect(() => next(start, segment(1), 1)).toThrow(/seq 1/);
  });

  it("refuses a first event that creates nothing", () => {
    expect(() => fold([{ runId: "run_1", seq: 1, at: at(1), ...segment(1) }])).toThrow(
      /does not exist/,
    );
  });

  it("refuses to complete a step twice and to settle a call twice", () => {
    let run = next(start, segment(1));
    run = next(run, { type: "step.started", step: 1, attempt: 1, model: "p/m" });
    run = next(run, completed(1, 1, ["c1-0"]));
    expect(() => next(run, completed(1, 1, []))).toThrow(/completed step 1/);
    run = next(run, intended(1));
    run = next(run, { type: "effect.done", callId: "c1-0", output: 1, ms: 1, via: "executed" });
    const again: EventData = {
      type: "effect.done",
      callId: "c1-0",
      output: 2,
      ms: 1,
      via: "executed",
    };
    expect(() => next(run, again)).toThrow(/which is done/);
  });

  it("drops partial text when an attempt restarts", () => {
    let run = next(start, segment(1));
    run = next(run, { type: "step.started", step: 1, attempt: 1, model: "p/m" });
    run = next(run, { type: "step.delta", step: 1, attempt: 1, text: "half a sen" });
    expect(run.steps[0]).toMatchObject({ partialText: "half a sen" });
    run = next(run, { type: "step.restarted", step: 1, attempt: 2, model: "p/m", reason: "x" });
    expect(run.steps[0]).toMatchObject({ partialText: "", status: "running" });
    expect(run.steps[0]).toMatchObject({ attempts: [{ attempt: 1 }, { attempt: 2 }] });
  });

  it("does not count time spent waiting", () => {
    let run = next(start, segment(1), 10);
    const until = at(500);
    run = next(run, { type: "run.waiting", for: { kind: "timer", until, why: transient } }, 20);
    run = next(run, segment(2), 80);
    expect(run.idleMs).toBe(60_000);
  });

  it("shows the model its tool results in the order of its calls, failed ones as errors", () => {
    let run = next(start, segment(1));
    run = next(run, { type: "step.started", step: 1, attempt: 1, model: "p/m" });
    run = next(run, completed(1, 1, ["c1-0", "c1-1"]));
    run = next(run, intended(1));
    run = next(run, { ...intended(1), callId: "c1-1" } as EventData);
    run = next(run, {
      type: "effect.failed",
      callId: "c1-1",
      error: transient,
      ms: 1,
      retryInMs: null,
    });
    run = next(run, {
      type: "effect.done",
      callId: "c1-0",
      output: { n: 1 },
      ms: 1,
      via: "executed",
    });
    expect(transcript(run)).toMatchObject([
      { role: "user" },
      { role: "assistant" },
      {
        role: "tool",
        results: [
          { callId: "c1-0", output: { n: 1 }, isError: false },
          { callId: "c1-1", output: "Error: busy", isError: true },
        ],
      },
    ]);
  });
});
