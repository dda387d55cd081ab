import fc from "fast-check";
import { expect, it } from "vitest";
import { emailText } from "./email-text.ts";

const letter = { subject: "s", body: "", facts: [], footer: "f" };

it("shows what is hidden in a text", () => {
  const { text, html } = emailText({ ...letter, body: "pay \u202E001\u202C\r\nnow" });
  for (const shown of [text, html]) expect(shown).toContain("pay \\u202e001\\u202c\nnow");
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
