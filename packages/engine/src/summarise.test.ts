import fc from "fast-check";
import { expect, it } from "vitest";
import { planCompaction } from "./plan-compaction.ts";
import { cutTo, splitText, summarise } from "./summarise.ts";

const byCharacters = (text: string) => Math.ceil(text.length / 3);
const text = fc.oneof(
  fc.string({ maxLength: 3_000, unit: "binary" }),
  fc.string({ minLength: 2_000, maxLength: 20_000, unit: fc.constantFrom("a", "b", " ", "\n") }),
);
/** A model that keeps no bound it is given. */
const answers = [
  (piece: string) => piece,
  (piece: string) => piece.slice(0, 40) + "x".repeat(5_000),
  () => "short",
];

it("summarises any texts with calls that each fit, a bounded number of them, to what was asked", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(text, { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 128, max: 4_000 }),
      fc.integer({ min: 48, max: 2_000 }),
      fc.constantFrom(...answers),
      async (texts, piece, most, answer) => {
        let calls = 0;
        const ask = (asked: string) => {
          calls++;
          expect(byCharacters(asked)).toBeLessThanOrEqual(piece);
          return Promise.resolve(answer(asked));
        };
        const summary = await summarise(texts, { count: byCharacters, piece, most, ask });
        expect(byCharacters(summary as string)).toBeLessThanOrEqual(most);
        expect(calls).toBeLessThanOrEqual(4 * 32);
      },
    ),
    { numRuns: 150 },
  );
});

it("does not summarise with a model that can take in hardly anything", async () => {
  const ask = () => Promise.reject(new Error("not to be asked"));
  const order = { count: byCharacters, piece: 100, most: 50, ask };
  expect(await summarise(["a"], order)).toBeUndefined();
});

it("splits a text into parts that fit and make the text again", () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 2, max: 500 }), (whole, most) => {
      const parts = splitText(whole, most, byCharacters);
      expect(parts.join("")).toBe(whole);
      for (const part of parts) expect(byCharacters(part)).toBeLessThanOrEqual(most);
    }),
  );
});

it("cuts between characters", () => {
  const cut = cutTo("😀".repeat(100), 11, byCharacters);
  expect(cut.isWellFormed()).toBe(true);
  expect(byCharacters(cut)).toBeLessThanOrEqual(11);
});

it("plans requests that fit whatever the history is, and only ever shorter ones", () => {
  const tokens = fc.integer({ min: 0, max: 5_000 });
  fc.assert(
    fc.property(
      fc.record({ pinned: tokens, summary: tokens, turns: fc.array(tokens, { maxLength: 40 }) }),
      fc.integer({ min: 100, max: 20_000 }),
      fc.integer({ min: 0, max: 20 }),
      (history, room, keepRecentTurns) => {
        const threshold = Math.floor(room * 0.85);
        const goal = { room, threshold, target: Math.floor(threshold * 0.6), keepRecentTurns };
        const plan = planCompaction(history, goal);
        if (!plan) {
          const cannot = history.turns.length === 0 || (room - history.pinned) / 4 < 48;
          const isAllKept = history.turns.length <= keepRecentTurns;
          expect(cannot || isAllKept).toBe(true);
          return;
        }
        const kept = plan.kept === 0 ? [] : history.turns.slice(-plan.kept);
        const after = kept.reduce((sum, turn) => sum + turn, history.pinned + plan.summary);
        expect(after).toBeLessThanOrEqual(room);
        expect(plan.kept).toBeLessThanOrEqual(keepRecentTurns);
        expect(kept.length < history.turns.length || history.summary > plan.summary).toBe(true);
      },
    ),
  );
});
