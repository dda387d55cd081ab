import fc from "fast-check";
import { RE2JS } from "re2js";
import { expect, test } from "vitest";
import { lineFinder } from "./find-lines.ts";
import { requiredText } from "./required-text.ts";

function found(text: string, query: { text: string; regex?: boolean; ignoreCase?: boolean }) {
  const part = Buffer.from(text);
  const lines: string[] = [];
  lineFinder({ regex: false, ignoreCase: false, ...query }).find(part, (start, end) => {
    lines.push(part.toString("utf8", start, end));
    return true;
  });
  return lines;
}

test.each([
  ["abc", "abc"],
  ["export function (\\w+)Schema", "export function "],
  ["^ab+c", "ab"],
  ["ab*cde", "cde"],
  ["ab?", undefined],
  ["a{0}bc", "bc"],
  ["x|abc", undefined],
  ["(x|abc)def", "def"],
  ["\\.log\\(", ".log("],
  ["[abc]def]", "def"],
  ["\\d+ items", " items"],
  ["(?i)abc", undefined],
  ["\\Qa.b\\E", undefined],
  ["\\x41bc", undefined],
  ["😀😀+x", "😀😀"],
])("what %s needs is %s", (pattern, text) => {
  expect(requiredText(pattern)).toBe(text);
});

test("what a pattern needs stands in everything that it matches", () => {
  const atom = fc.constantFrom("a", "b", "ab", ".", "[ab]", "(a|b)", "(?:ab)", "\\.", "\\w", "é");
  const piece = fc.tuple(atom, fc.constantFrom("", "*", "+", "?", "{2}", "{0,1}", "+?", "*?"));
  const pattern = fc
    .array(fc.oneof(piece, fc.constant(["|", ""] as const)), { minLength: 1, maxLength: 6 })
    .map((all) => all.flat().join(""));
  const text = fc.string({ unit: fc.constantFrom("a", "b", ".", "é"), maxLength: 8 });
  fc.assert(
    fc.property(pattern, fc.array(text, { minLength: 20, maxLength: 20 }), (regex, texts) => {
      const needed = requiredText(regex);
      if (needed === undefined) return;
      const compiled = RE2JS.compile(regex);
      for (const one of texts) if (compiled.test(one)) expect(one).toContain(needed);
    }),
    { numRuns: 500 },
  );
});

test("lines are found as if each were looked at alone", () => {
  const line = fc.string({ unit: fc.constantFrom("a", "b", "A", "é", " ", "\r"), maxLength: 5 });
  const text = fc.array(line, { maxLength: 8 }).map((all) => all.join("\n"));
  const query = fc.record({
    text: fc.constantFrom("a", "ab", "É", "^a", "b$", "^$", "a.b", "\\s", "[^a]", "\\Aa", "(?i)B"),
    regex: fc.boolean(),
    ignoreCase: fc.boolean(),
  });
  fc.assert(
    fc.property(text, query, (whole, asked) => {
      const flags = asked.ignoreCase ? RE2JS.CASE_INSENSITIVE : 0;
      const fold = (one: string) => (asked.ignoreCase ? one.toLowerCase() : one);
      const fits = (one: string) =>
        asked.regex
          ? RE2JS.compile(asked.text, flags).test(one)
          : fold(one).includes(fold(asked.text));
      const lines = whole.replace(/\n$/, "").split("\n");
      const expected = whole === "" ? [] : lines.filter((one) => fits(one.replace(/\r$/, "")));
      expect(found(whole, asked)).toEqual(expected);
    }),
    { numRuns: 1_000 },
  );
});
