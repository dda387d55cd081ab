import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerCheckSchema, lastNumber, passes, type AnswerCheckInput } from "./answer-check.ts";
import type { Json, JsonObject } from "./json.ts";

const row: JsonObject = { answer: "so 1,200 in all\n#### 24", word: "a.b", list: [1, { x: 2 }] };

function check(given: AnswerCheckInput, output: Json): boolean {
  return passes(answerCheckSchema.parse(given), output, row);
}

describe("a check of an answer", () => {
  it.each<[AnswerCheckInput, Json, boolean]>([
    [{ kind: "number", expected: "{{row.answer}}" }, "12 * 2 = 24\nA: 24", true],
    [{ kind: "number", expected: "{{answer}}" }, "A: $24.00", true],
    [{ kind: "number", expected: "{{answer}}" }, "A: 25", false],
    [{ kind: "number", expected: "{{answer}}", within: 1 }, "A: 25", true],
    [{ kind: "number", expected: "1,200" }, { total: 1200 }, true],
    [{ kind: "number", expected: "24" }, "none", false],
    [{ kind: "text", expected: "The  Answer" }, " the answer\n", true],
    [{ kind: "text", expected: "the answer" }, "the answers", false],
    [{ kind: "regex", expected: "^x{{row.word}}$" }, "xa.b", true],
    [{ kind: "regex", expected: "^x{{row.word}}$" }, "xaxb", false],
    [{ kind: "json", expected: { b: [1], a: "{{list}}" } }, '{"a":[1,{"x":2}],"b":[1]}', true],
    [{ kind: "json", expected: { a: "is {{word}}" } }, { a: "is a.b" }, true],
    [{ kind: "json", expected: { a: 1 } }, "a: 1", false],
  ])("%o of %o: %s", (given, output, expected) => {
    expect(check(given, output)).toBe(expected);
  });

  it("says which column is missing, and refuses what is no pattern", () => {
    expect(() => check({ kind: "text", expected: "{{row.gone}}" }, "")).toThrow(
      'column "row.gone"',
    );
    expect(answerCheckSchema.safeParse({ kind: "regex", expected: "(" }).success).toBe(false);
  });

  it("finds every number it is given, written in groups or not", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.boolean(), (value, isGrouped) => {
        const text = isGrouped ? value.toLocaleString("en-US") : String(value);
        expect(lastNumber(`of 7 there are ${text}.`)).toBe(value);
      }),
    );
  });
});
