import { expect, test } from "vitest";
import { toolInput } from "./tool-input.ts";

const schema = {
  type: "object",
  properties: {
    text: { type: "string" },
    times: { type: "integer" },
    tags: { type: "array" },
    any: {},
  },
};

test("pairs stand over the whole input, and are read as the tool's schema says", async () => {
  expect(await toolInput(undefined, [], schema)).toEqual({});
  const pairs = ["text=7", "times=3", 'tags=["a","b"]', "any=half=open"];
  expect(await toolInput('{"text":"a","other":null}', pairs, schema)).toEqual({
    text: "7",
    times: 3,
    tags: ["a", "b"],
    any: "half=open",
    other: null,
  });
});

test.each([
  ["{", [], /^--input is not JSON/],
  ["[1]", [], /^--input must be a JSON object/],
  [undefined, ["text"], /^"text" is not name=value/],
  [undefined, ["times=many"], /^times: "many" is not JSON; the tool wants "integer"/],
  ["@/nowhere/at/all.json", [], /^Cannot read \/nowhere\/at\/all\.json/],
])("%o with %o is refused", async (given, pairs, said) => {
  await expect(toolInput(given, pairs, schema)).rejects.toThrow(said);
});
