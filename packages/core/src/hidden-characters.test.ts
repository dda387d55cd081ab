import fc from "fast-check";
import { expect, test } from "vitest";
import { hiddenCharacters, visibleJson, visibleText } from "./hidden-characters.ts";

const bidi = Array.from("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c");
const unseen = Array.from(
  "\u200b\u200c\u200d\u2060\ufeff\u00ad\u0000\u001b\u007f\u2028\u2029\u3164",
);

test("what changes the direction of text, or is not seen, is found wherever it stands", () => {
  for (const character of [...bidi, ...unseen, "\u{e0041}", "\ud800"]) {
    const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
    const value = { to: ["a", { name: `x${character}y` }] };
    expect(hiddenCharacters(value), code).toEqual([
      { path: "/to/1/name", character: code, what: expect.any(String) },
    ]);
    expect(hiddenCharacters({ [`a${character}b`]: 1 }), code).toHaveLength(1);
  }
});

test("what is written with joiners and selectors is none", () => {
  const texts = ["👩‍👩‍👧‍👦", "❤️", "1️⃣", "می‌خواهم", "क्‍ष", "a\n\tb\r\n", "naïve café", "שלום", "日本語"];
  expect(texts.map((text) => hiddenCharacters(text))).toEqual(texts.map(() => []));
  expect(texts.map(visibleText)).toEqual(texts);
});

test("joiners beside what is hidden itself are hidden too", () => {
  for (const text of ["❤\u200d\ufe0f", "a\ufe0f\u200d❤", "🏻\ufe0f\u200d❤", "\u17b4\u200d\u17b5"]) {
    expect(hiddenCharacters(visibleText(text)), JSON.stringify(text)).toEqual([]);
  }
});

test("a text is shown with its hidden characters written out", () => {
  expect(visibleText("pay \u202egnp.exe")).toBe("pay \\u202egnp.exe");
  expect(visibleText("a\u{e0041}")).toBe("a\\udb40\\udc41");
  expect(visibleJson({ to: "a\u200bb" })).toBe('{\n  "to": "a\\u200bb"\n}');
});

test("what is shown is the value itself, and hides nothing", () => {
  const anyText = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({
      unit: fc.constantFrom(...bidi, ...unseen, "a", "❤", "🏻", "\ufe0f", "م", "ی", "\u17b4"),
    }),
  );
  const anyValue = fc.oneof(anyText, fc.dictionary(anyText, anyText));
  fc.assert(
    fc.property(anyValue, (value) => {
      const shown = visibleJson(value);
      expect(JSON.parse(shown)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(hiddenCharacters(shown)).toEqual([]);
    }),
    { numRuns: 1_000 },
  );
});
