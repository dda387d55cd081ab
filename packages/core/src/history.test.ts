import fc from "fast-check";
import { expect, test } from "vitest";
import { eventsOf, inJournal, runs } from "../test/any-run.ts";
import type { Event, EventData } from "./event.ts";
import { fold } from "./fold.ts";
import { answered, historyOfMessages, noHistory, type History } from "./history.ts";
import { toolCalls, userMessage, type Message } from "./message.ts";
import type { Run } from "./run.ts";
import { historyAfter, transcript, turnsOf, withCompaction } from "./transcript.ts";

const ended = runs.map(({ steps, end }) => eventsOf(steps, end));
const flat = ({ head, turns, tail }: History): Message[] => [
  ...head,
  ...turns.flatMap(({ messages }) => messages),
  ...tail,
];

/** The run of these events, going on from a history of so many steps. */
function runAfter(events: EventData[], steps: number): Run {
  const [first, ...rest] = inJournal(events);
  const history = { kind: "run" as const, runId: "run_0", seq: 1, steps };
  return fold([{ ...first, ...(steps > 0 && { history }) } as Event, ...rest]);
}

/** The turns of a thread, each with what was said before it. */
function play(thread: EventData[][]): { run: Run; before: History }[] {
  let history = noHistory;
  let steps = 0;
  return thread.map((events) => {
    const run = runAfter(events, steps);
    const before = answered(history);
    history = historyAfter(run, before);
    steps += run.stepCount;
    return { run, before };
  });
}

test("what a run leaves is what it has read, with what it has said", () => {
  fc.assert(
    fc.property(fc.array(ended, { minLength: 1, maxLength: 5 }), (thread) => {
      for (const { run, before } of play(thread)) {
        expect(flat(historyAfter(run, before))).toEqual(transcript(run, before));
      }
    }),
  );
});

test("the turns of a history are numbered backwards from 0, without a gap at the end", () => {
  fc.assert(
    fc.property(fc.array(ended, { minLength: 1, maxLength: 5 }), (thread) => {
      for (const { run, before } of play(thread)) {
        const numbers = historyAfter(run, before).turns.map(({ step }) => step);
        expect(numbers).toEqual(numbers.map((_, index) => index + 1 - numbers.length));
      }
    }),
  );
});

test("every call of a history has its result right after it", () => {
  fc.assert(
    fc.property(fc.array(ended, { minLength: 2, maxLength: 5 }), (thread) => {
      for (const { before } of play(thread)) {
        const messages = flat(before);
        for (const [index, message] of messages.entries()) {
          if (message.role !== "assistant") continue;
          const next = messages[index + 1];
          const results = next?.role === "tool" ? next.results : [];
          expect(results.map(({ callId }) => callId)).toEqual(
            toolCalls(message).map(({ callId }) => callId),
          );
        }
      }
    }),
  );
});

test("a compaction takes out whole turns, of the history first, and nothing that comes after", () => {
  fc.assert(
    fc.property(fc.array(ended, { minLength: 2, maxLength: 4 }), fc.nat(), (thread, pick) => {
      const { run, before } = play(thread).at(-1) as { run: Run; before: History };
      const turns = turnsOf(run, before, undefined);
      const covered = turns[pick % Math.max(1, turns.length)];
      if (!covered) return;
      const counts = { inputTokensBefore: 1, inputTokensAfter: 1, calls: 1 };
      const compacted = withCompaction(run, {
        ...{
          step: run.stepCount + 1,
          attempt: 1,
          through: covered.step,
          summary: "s",
          model: "p/m",
        },
        ...counts,
      });
      expect(turnsOf(compacted, before, undefined)).toEqual(
        turns.filter(({ step }) => step > covered.step),
      );
      expect(flat(historyAfter(compacted, before))).toEqual(transcript(compacted, before));
    }),
  );
});

test("messages make turns: each answer with the questions before it and the results after it", () => {
  const call = { type: "tool_call" as const, callId: "c1-0", tool: "t", input: {} };
  const messages: Message[] = [
    userMessage("a"),
    userMessage("b"),
    { role: "assistant", content: [call] },
    { role: "tool", results: [{ callId: "c1-0", tool: "t", output: 1, isError: false }] },
    { role: "assistant", content: [] },
    userMessage("c"),
  ];
  const { turns, tail } = historyOfMessages(messages);
  expect(turns).toEqual([
    { step: -1, messages: messages.slice(0, 4) },
    { step: 0, messages: messages.slice(4, 5) },
  ]);
  expect(tail).toEqual(messages.slice(5));
});

test("a result that comes with the next input stands beside those that are there", () => {
  const calls = ["c1-0", "c1-1", "c1-2"].map((callId) => ({
    ...{ type: "tool_call" as const, callId, tool: "t", input: {} },
  }));
  const there = { callId: "c1-0", tool: "t", output: 0, isError: false };
  const given = { callId: "c1-2", tool: "t", output: 2, isError: false };
  const history = historyOfMessages([
    { role: "assistant", content: calls },
    { role: "tool", results: [there] },
  ]);
  const [turn] = answered(history, [given]).turns;
  expect(turn?.messages.at(-1)).toMatchObject({
    results: [there, { callId: "c1-1", isError: true }, given],
  });
});
