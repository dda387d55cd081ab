import { expect, test } from "vitest";
import { deadLetterCause } from "./dead-letter.ts";
import { FlotillaError, type ErrorCode } from "./error.ts";

const causeOf = (code: ErrorCode, transient = false) =>
  deadLetterCause(new FlotillaError(code, "m", { transient }).toRecord());

test("the cause follows from the error", () => {
  expect(causeOf("model_overloaded", true)).toBe("exhausted");
  expect(causeOf("tool_failed")).toBe("unrecoverable");
  expect(causeOf("row_invalid")).toBe("poison");
  expect(causeOf("context_overflow")).toBe("poison");
  expect(causeOf("worker_killed", true)).toBe("worker_killed");
});
