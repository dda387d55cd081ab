import type { Event } from "@flotilla/core";
import { expect, test } from "vitest";
import { eventTypes, excerptOf, findEvents } from "./event-text.ts";

const envelope = (seq: number) => ({ runId: "run_1", seq, at: "2026-01-01T00:00:00.000Z" });
const long = `${"x".repeat(500)} Quokka ${"y".repeat(500)}`;
const events = [
  { ...envelope(1), type: "run.waiting", for: { kind: "interrupt", interruptIds: ["a"] } },
  { ...envelope(2), type: "run.completed", output: long },
  { ...envelope(3), type: "run.cancelled", by: "ann", reason: "Interrupt it" },
  { ...envelope(4), type: "run.cancelled", by: "bob" },
] as Event[];
const seqs = (wanted: Parameters<typeof findEvents>[1]) =>
  findEvents(events, wanted).map(({ seq }) => seq);

test("events are found by their text, in capitals or not, by their type, and by both", () => {
  expect(findEvents(events, {})).toBe(events);
  expect(seqs({ find: "QUOKKA" })).toEqual([2]);
  expect(seqs({ find: "interrupt" })).toEqual([1, 3]);
  expect(seqs({ find: "cancelled" })).toEqual([3, 4]);
  expect(seqs({ type: "run.cancelled" })).toEqual([3, 4]);
  expect(seqs({ type: "run.cancelled", find: "ann" })).toEqual([3]);
  expect(seqs({ find: "nowhere" })).toEqual([]);
});

test("the envelope is not searched: every event has it", () => {
  expect(seqs({ find: "run_1" })).toEqual([]);
});

test("an excerpt shows what was found, as it is written and where it stands", () => {
  const [, second] = events as [Event, Event];
  const { before, found, after } = excerptOf(second, "quokka");
  expect(found).toBe("Quokka");
  expect(before).toMatch(/^…x{39} $/);
  expect(after).toMatch(/^ y+$/);
  expect(excerptOf(second)).toEqual({
    before: expect.stringMatching(/^\{"output":"x+$/),
    found: "",
    after: "",
  });
});

test("the types are told by name, each with its number", () => {
  expect(eventTypes(events)).toEqual([
    ["run.cancelled", 2],
    ["run.completed", 1],
    ["run.waiting", 1],
  ]);
});
