import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { journalOf, sampleTurns } from "../test/sample-turns.ts";
import type { Event } from "./event.ts";
import { fold } from "./fold.ts";
import { forkJournal, type ForkOrder } from "./fork-journal.ts";
import { fromRecord } from "./fork-record.ts";
import { transcript } from "./transcript.ts";

const order: ForkOrder = {
  runId: "run_2",
  at: "end",
  changes: {},
  effects: "record",
  by: "ann",
  interactive: false,
};

const search = (q: number, output: string) => ({ tool: "search", input: { q }, output });
const mail = (q: number, output: string) => ({ tool: "mail", input: { q }, output });
const turns = [
  { text: "one", calls: [search(1, "found"), mail(1, "sent")] },
  { text: "two", calls: [mail(2, "sent first"), mail(2, "sent second")] },
  { text: "end", calls: [] },
];
const events = journalOf(turns);
const fork = (change: Partial<ForkOrder> = {}, from = events) =>
  forkJournal(from, { ...order, ...change }, (tool) => tool === "search");

/** The journal that the fork begins with. */
function begun(source: Event[], change: Partial<ForkOrder>): Event[] {
  const { through, created, forked } = fork(change, source);
  const copies = source.filter(({ seq }) => seq <= through);
  const [first] = copies;
  if (!first) throw new Error("the source has no events");
  return [
    { ...created, runId: "run_2", seq: 1, at: first.at },
    ...copies.slice(1).map((event) => ({ ...event, runId: "run_2" })),
    { ...forked, runId: "run_2", seq: through + 1, at: first.at },
  ];
}

describe("forkJournal", () => {
  it("begins as its source did up to any event, with nothing open and nothing to pay", () => {
    fc.assert(
      fc.property(sampleTurns, fc.nat(), (some, place) => {
        const source = journalOf(some);
        const seq = 1 + (place % source.length);
        const run = fold(begun(source, { at: { seq } }));
        const then = fold(source.filter((event) => event.seq <= seq));
        expect(run).toMatchObject({ runId: "run_2", status: "pending", costMicros: 0, epoch: 0 });
        expect(run.steps).toEqual(
          then.steps.filter((step) => "status" in step && /completed|done/.test(step.status)),
        );
        expect(run.fork?.reused).toMatchObject({
          steps: then.stepCount,
          costMicros: then.costMicros,
          usage: then.usage,
        });
      }),
    );
  });

  it.each([
    ["start", 1, []],
    [{ step: 1 }, 1, []],
    [{ step: 2 }, 8, ["c1-0", "c1-1"]],
    [{ step: 4 }, 16, ["c1-0", "c1-1", "c2-0", "c2-1"]],
    ["end", 14, ["c1-0", "c1-1", "c2-0", "c2-1"]],
    // Only the first of the two calls has its result.
    [{ seq: 7 }, 7, ["c1-0"]],
    [{ seq: 99 }, 16, ["c1-0", "c1-1", "c2-0", "c2-1"]],
  ] as const)("at %o takes over the events up to %i", (at, through, calls) => {
    const made = fork({ at });
    expect(made.through).toBe(through);
    expect(made.run.steps.flatMap((one) => (one.kind === "tool" ? [one.callId] : []))).toEqual(
      calls,
    );
  });

  it("redoes the step that was not answered, and leaves calls open that an answer asks for", () => {
    const cut = (type: Event["type"], step: number) =>
      events.slice(
        0,
        events.findIndex((one) => one.type === type && "step" in one && one.step === step) + 1,
      );
    expect(fork({}, cut("step.started", 3)).run).toMatchObject({ stepCount: 2 });
    const open = fork({}, cut("step.completed", 2)).run;
    expect(open.steps.at(-1)).toMatchObject({ kind: "model", step: 2, status: "completed" });
    expect(open.stepCount).toBe(2);
  });

  it("changes the message, the version and results, also of calls that were not made", () => {
    const toolResults = [
      { callId: "c1-1", output: "refused" },
      { callId: "c2-0", output: "given" },
    ];
    const at = {
      seq: events.find((one) => one.type === "step.completed" && one.step === 2)?.seq ?? 0,
    };
    const { run } = fork({ at, changes: { message: "why?", agentVersion: 7, toolResults } });
    expect(run).toMatchObject({ input: { text: "why?" }, agentVersion: 7 });
    expect(JSON.stringify(transcript(run))).toMatch(/why\?.*found.*refused.*given/);
  });

  it("refuses places and changes that the run has nothing for", () => {
    expect(() => fork({ at: { step: 5 } })).toThrow("no model step 5");
    expect(() => fork({ changes: { toolResults: [{ callId: "c9-0", output: 1 }] } })).toThrow(
      "no call c9-0",
    );
    expect(() => fork({ changes: { plan: [{ edit: "remove", id: "x" }] } })).toThrow("no plan");
  });

  it("stands alone, and goes on from the same conversation", () => {
    const history = { kind: "run", runId: "run_0", seq: 3, steps: 2 } as const;
    const [first, ...rest] = events;
    const inThread = { ...first, threadId: "thr_1", batchId: "bat_1", row: 3, history } as Event;
    const { run } = fork({ user: "usr_1" }, [inThread, ...rest]);
    expect(run).toMatchObject({ threadId: null, batchId: null, row: null, user: "usr_1", history });
  });
});

it("a fork of a fork keeps what that one changed, and counts all that it reuses", () => {
  const first = begun(events, { at: { step: 2 }, changes: { model: "p/b", message: "why?" } });
  const { run } = fork({ runId: "run_3", at: "start", changes: { message: "how?" } }, first);
  expect(run).toMatchObject({ changes: { model: "p/b", message: "how?" }, stepCount: 0 });
  expect(run.input.text).toBe("how?");
  const later = fork({ runId: "run_3" }, first).run;
  expect(later.fork?.reused).toMatchObject({ steps: 1, costMicros: 3 });
});

describe("the record of a fork", () => {
  const { run } = fork({ at: { step: 2 } });
  const ask = (callId: string, tool: string, q: number, at = run) =>
    fromRecord(at, { callId, tool, input: { q } })?.output;

  it("has what was done with effects after its place, and no reads", () => {
    expect(run.fork?.record.map(({ output }) => output)).toEqual(["sent first", "sent second"]);
    expect(fork({ at: { step: 2 }, effects: "block" }).run.fork?.record).toEqual([]);
  });

  it("answers each time with what came next, then with the last; before the place too", () => {
    const call = run.steps.find((one) => one.kind === "tool");
    if (!call) throw new Error("the fork has copied a call");
    const repeated = (callId: string) => ({ ...call, callId, tool: "mail", input: { q: 2 } });
    const after = (...callIds: string[]) => ({
      ...run,
      steps: [...run.steps, ...callIds.map(repeated)],
    });
    expect(ask("c2-0", "mail", 2)).toBe("sent first");
    expect(ask("c2-1", "mail", 2, after("c2-0"))).toBe("sent second");
    expect(ask("c3-0", "mail", 2, after("c2-0", "c2-1"))).toBe("sent second");
    expect(ask("c2-0", "mail", 1)).toBe("sent");
    expect(ask("c2-0", "mail", 3)).toBeUndefined();
  });

  it("is handed on by a fork of the fork", () => {
    const again = fork({ runId: "run_3", at: { step: 2 } }, begun(events, { at: { step: 2 } }));
    expect(again.run.fork?.record).toEqual(run.fork?.record);
    expect(again.run.fork?.from).toEqual({ runId: "run_2", seq: 9 });
  });
});
