import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { loadTools } from "../registry.ts";
import { referencePage } from "./reference-page.ts";
import { schemaWords } from "./schema-words.ts";

/** As it is but for what the formatter decides. */
const bare = (text: string) =>
  text
    .replace(/\\/g, "")
    .replace(/[\s-]+/g, " ")
    .replace(/ ?([{}[\],]) ?/g, "$1");

test("the reference in the docs is made from the tools as they are (npm run reference -w packages/tools)", async () => {
  const page = await readFile(
    new URL("../../../../docs/tools-reference.md", import.meta.url),
    "utf8",
  );
  expect(bare(page)).toBe(bare(referencePage((await loadTools()).list())));
});

test.each([
  [{ type: "integer", minimum: 1, maximum: 10 }, "integer, 1 to 10"],
  [{ type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER }, "integer, from 0"],
  [{ type: "string", maxLength: 5 }, "string, up to 5 characters"],
  [{ type: "array", items: { type: "string" } }, "array of string"],
  [{ enum: ["a", "b"] }, '"a" or "b"'],
  [{ anyOf: [{ type: "string" }, { type: "null" }] }, "string or null"],
  [{ type: "object", properties: { a: {}, b: {} } }, "object of a, b"],
  [{}, "anything"],
])("%o in words", (schema, words) => {
  expect(schemaWords(schema)).toBe(words);
});
