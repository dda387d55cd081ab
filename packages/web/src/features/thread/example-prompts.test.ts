import { expect, test } from "vitest";
import { examplePrompts } from "./example-prompts.ts";

test("what a description quotes comes first, then what the tools are for, four at most", () => {
  const description = 'Does sums. Ask it “What is 6 * 7?” or "Half of 42".';
  expect(examplePrompts({ description, tools: ["calculator", "clock"] })).toEqual([
    "What is 6 * 7?",
    "Half of 42",
    "What can you help me with?",
    "Show me what you can do with calculator.",
  ]);
  expect(examplePrompts({ description: "", tools: [] })).toEqual(["What can you help me with?"]);
});
