import { FlotillaError } from "@flotilla/core";
import { describe, expect, test } from "vitest";
import { describeFailure, failureDocument, failureText } from "./failure.ts";
import { Interrupted } from "./interrupt.ts";
import { UsageError } from "./usage.ts";

describe("a failure", () => {
  test("of the command line names the help page and exits 64", () => {
    const failure = describeFailure(new UsageError("Bad."), ["batch", "run"]);
    expect(failure.exit).toBe(64);
    expect(failureText(failure)).toBe("Error: Bad.\nSee `flotilla batch run --help`.");
  });

  test("to reach the server exits 69", () => {
    expect(describeFailure(new FlotillaError("unavailable", "No answer."), []).exit).toBe(69);
  });

  test("told by the server has message, remedy and request id, and no stack", () => {
    const error = new FlotillaError("not_found", "There is no run run_1.", {
      remedy: "List the runs.",
      details: { requestId: "req_7" },
    });
    const failure = describeFailure(error, ["runs", "show"]);
    expect(failure.exit).toBe(1);
    expect(failureText(failure)).toBe(
      "Error: There is no run run_1.\nList the runs.\nRequest id: req_7",
    );
    expect(failureDocument(failure)).toEqual({
      error: {
        code: "not_found",
        message: "There is no run run_1.",
        remedy: "List the runs.",
        requestId: "req_7",
      },
    });
  });

  test("by Ctrl-C exits 130, anything unforeseen 1", () => {
    expect(describeFailure(new Interrupted(), []).exit).toBe(130);
    expect(describeFailure(new TypeError("x is not a function"), [])).toMatchObject({
      exit: 1,
      message: "x is not a function",
      remedy: expect.stringContaining("FLOTILLA_DEBUG=1"),
    });
    expect(describeFailure("text", []).message).toBe("text");
  });
});
