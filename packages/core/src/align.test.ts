import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { align, type Aligned, type AlignBy } from "./align.ts";

/** Letters are the same, of one case, or of different cases: worth most, little, nothing. */
const letters: AlignBy<string> = {
  key: (one) => one,
  worth: (a, b) => (a === b ? 3 : Number(a < "a" === b < "a")),
};
const words = fc.array(fc.constantFrom("a", "b", "c", "A", "B"), { maxLength: 9 });

const mirrored = (pairs: Aligned<string>[]) => pairs.map(({ a, b }) => ({ a: b, b: a }));
const worth = (pairs: Aligned<string>[]) =>
  pairs.reduce((sum, { a, b }) => sum + (a && b ? letters.worth(a, b) : 0), 0);

/** By trying everything. */
function mostWorth(a: string[], b: string[]): number {
  const [x, ...restA] = a;
  const [y, ...restB] = b;
  if (x === undefined || y === undefined) return 0;
  return Math.max(
    letters.worth(x, y) + mostWorth(restA, restB),
    mostWorth(restA, b),
    mostWorth(a, restB),
  );
}

describe("align", () => {
  it("keeps every item of both, in order", () => {
    fc.assert(
      fc.property(words, words, (a, b) => {
        const pairs = align(a, b, letters);
        expect(pairs.flatMap((pair) => pair.a ?? [])).toEqual(a);
        expect(pairs.flatMap((pair) => pair.b ?? [])).toEqual(b);
      }),
    );
  });

  it("is worth as much as any alignment can be, and pairs nothing that is worth nothing", () => {
    const short = fc.array(fc.constantFrom("a", "b", "A"), { maxLength: 5 });
    fc.assert(
      fc.property(short, short, (a, b) => {
        const pairs = align(a, b, letters);
        expect(worth(pairs)).toBe(mostWorth(a, b));
        for (const pair of pairs) {
          if (pair.a && pair.b) expect(letters.worth(pair.a, pair.b)).toBeGreaterThan(0);
        }
      }),
    );
  });

  it("has the sides exchanged when they are given the other way round", () => {
    fc.assert(
      fc.property(words, words, (a, b) => {
        expect(align(b, a, letters)).toEqual(mirrored(align(a, b, letters)));
      }),
    );
  });

  it("pairs by place what is too much to be looked through", () => {
    const many = (text: string) => Array.from({ length: 2_100 }, (_, i) => `${text}${i}`);
    const pairs = align(["x", ...many("a"), "y"], ["x", ...many("b"), "y"], letters);
    expect(pairs).toHaveLength(2_102);
    expect(pairs[5]).toEqual({ a: "a4", b: "b4" });
  });
});
