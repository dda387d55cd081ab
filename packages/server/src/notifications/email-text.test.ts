import fc from "fast-check";
import { expect, it } from "vitest";
import { emailText, visibleText } from "./email-text.ts";

const letter = { subject: "s", body: "", facts: [], footer: "f" };

it("hides nothing that a text holds", () => {
  expect(visibleText("pay \u202E001\u202C\u200B\u0000\r\nnext\tcell")).toBe(
    "pay \\u202e001\\u202c\\u200b\\u0000\nnext\tcell",
  );
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const shown = visibleText(text);
      expect(shown.replaceAll(/[\n\t]/g, "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(visibleText(shown)).toBe(shown);
    }),
  );
});

it("is text in HTML, whatever it holds", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (subject, body) => {
      const { html } = emailText({ ...letter, subject, body, facts: [["<a>", body]] });
      const tags = html.match(/<\/?[a-z!][^>]*>/g) ?? [];
      const own = /^<\/?(!doctype|html|body|p|strong|pre|br|a)[ >]/;
      expect(tags.filter((tag) => !own.test(tag))).toEqual([]);
    }),
  );
});

it("has a subject of one line that is not too long", () => {
  const { subject, text } = emailText({ ...letter, subject: `a\nb ${"x".repeat(500)}` });
  expect(subject).toMatch(/^a b x+…$/);
  expect(subject.length).toBeLessThan(200);
  expect(text).toContain("x".repeat(500));
});
