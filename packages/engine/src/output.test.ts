import { expect, test } from "vitest";
import { checkOutput, schemaProblems } from "./output.ts";

const point = {
  type: "object",
  properties: { x: { type: "number" } },
  required: ["x"],
  additionalProperties: false,
};

test("problems name the field, and what the whole of it is", () => {
  expect(schemaProblems(point, { x: 1 })).toEqual([]);
  expect(schemaProblems(point, { x: 1, y: 2 })).toEqual([
    'the value must NOT have additional properties ("y")',
  ]);
  expect(schemaProblems(point, { x: "1" })).toEqual(["/x must be number"]);
  expect(checkOutput(point, "[]")).toEqual({ ok: false, problems: ["the answer must be object"] });
});
