import { describe, expect, test } from "vitest";
import { givenAnswer } from "./runs-answer.ts";

describe("an answer on the command line", () => {
  test("is one of done with its output, redo, and fail with its reason", () => {
    expect(givenAnswer({ done: '{"paid":true}' })).toEqual({
      action: "done",
      output: { paid: true },
    });
    expect(givenAnswer({ redo: true })).toEqual({ action: "redo" });
    expect(givenAnswer({ fail: "refused" })).toEqual({ action: "fail", reason: "refused" });
    expect(givenAnswer({})).toBeUndefined();
  });

  test("that is two answers, or no JSON, is refused", () => {
    expect(() => givenAnswer({ redo: true, fail: "x" })).toThrow("only one");
    expect(() => givenAnswer({ done: "paid" })).toThrow("--done takes JSON, not paid.");
  });
});
