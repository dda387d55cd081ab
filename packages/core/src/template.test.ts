import { describe, expect, it } from "vitest";
import { renderTemplate, templateColumns } from "./template.ts";

describe("renderTemplate", () => {
  it("puts the row's values in place, what is no text as JSON", () => {
    const row = { question: "How many?", n: 3, list: [1, "a"] };
    expect(renderTemplate("{{question}} {{ n }} {{list}}", row)).toBe('How many? 3 [1,"a"]');
  });

  it("never reads a value as a template, and leaves $-patterns alone", () => {
    expect(renderTemplate("{{a}}", { a: "{{b}} $& $1", b: "secret" })).toBe("{{b}} $& $1");
  });

  it("refuses a row without the column, also one that only inherits it", () => {
    expect(() => renderTemplate("{{a}}", {})).toThrow('no column "a"');
    expect(() => renderTemplate("{{constructor}}", {})).toThrow('no column "constructor"');
  });

  it("names each column once, in order", () => {
    expect(templateColumns("{{b}} {{a}} {{ b }} {not} {{}}")).toEqual(["b", "a"]);
  });
});
