import fc from "fast-check";
import { expect, it } from "vitest";
import type { Event, EventData } from "./event.ts";
import { fold } from "./fold.ts";
import { runAt, RunTimeline } from "./run-at.ts";

/** A run that streams one answer, with gaps in its sequence numbers. */
const journals = fc
  .array(fc.integer({ min: 1, max: 3 }), { minLength: 3, maxLength: 300 })
  .map((gaps) => {
    let seq = 0;
    return gaps.map((gap, i): Event => {
      seq += i === 0 ? 1 : gap;
      return { runId: "run_1", seq, at: "2026-01-01T00:00:00.000Z", ...eventOf(i) };
    });
  });

function eventOf(place: number): EventData {
  switch (place) {
    case 0:
      return {
        type: "run.created",
        ...{ agentId: "agt_1", agentName: "a", agentVersion: 1 },
        input: { text: "q" },
      };
    case 1:
      return { type: "segment.started", segment: 1, epoch: 1, worker: "wrk_1", cause: "start" };
    case 2:
      return { type: "step.started", step: 1, attempt: 1, model: "p/m" };
    default:
      return { type: "step.delta", step: 1, attempt: 1, text: String(place % 10) };
  }
}

it("is the fold of the events up to there, in whatever order it is looked at", () => {
  fc.assert(
    fc.property(journals, fc.array(fc.nat(1_000)), (events, looks) => {
      const timeline = new RunTimeline(events);
      for (const look of looks) {
        const seq = 1 + (look % ((events.at(-1)?.seq ?? 0) + 2));
        const expected = fold(events.filter((event) => event.seq <= seq));
        expect(timeline.at(seq)).toEqual(expected);
        expect(runAt(events, seq)).toEqual(expected);
      }
    }),
  );
});

it("is not there before the first event", () => {
  expect(() => runAt([], 5)).toThrow("no event up to 5");
});
