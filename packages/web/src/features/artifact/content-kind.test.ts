import { expect, test } from "vitest";
import { contentKind, findLines, linesOf } from "./content-kind.ts";

test.each([
  ["image/svg+xml", "chart.svg", "image"],
  ["text/html; charset=utf-8", "page.html", "text"],
  ["text/plain", "notes.md", "markdown"],
  ["text/plain", "http_fetch", "text"],
  ["application/json", "rows", "json"],
  ["text/csv", "rows", "csv"],
  ["application/atom+xml", "feed", "text"],
  ["application/pdf", "report.pdf", "document"],
  ["application/zip", "all.zip", "other"],
])("%s called %s is shown as %s", (mediaType, name, kind) => {
  expect(contentKind({ mediaType, name })).toBe(kind);
});

test("JSON has its values on lines of their own; what is none is left as it is", () => {
  expect(linesOf("json", '{"a":[1]}')).toEqual(["{", '  "a": [', "    1", "  ]", "}"]);
  expect(linesOf("json", "{broken")).toEqual(["{broken"]);
  expect(linesOf("text", "one\ntwo\n")).toEqual(["one", "two"]);
});

test("lines are found in any case, and none while nothing is looked for", () => {
  const lines = ["Alpha", "beta", "ALPHABET"];
  expect(findLines(lines, " alpha ")).toEqual([0, 2]);
  expect(findLines(lines, " ")).toEqual([]);
});
