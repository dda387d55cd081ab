import { expect, test } from "vitest";
import { openTools } from "../registry.ts";
import { testContext } from "../test-context.ts";

test("code_expression answers the value, or why there is none", async () => {
  const tools = await openTools();
  const evaluate = (expression: string) =>
    tools.call("code_expression", { expression, input: { a: 21 } }, testContext());
  expect(await evaluate("input.a * 2")).toEqual({ value: 42 });
  await expect(evaluate("no.such")).rejects.toMatchObject({
    code: "tool_failed",
    message: "The expression has no value. ReferenceError: 'no' is not defined",
  });
});
