import type { BatchRow } from "@flotilla/api";
import { FlotillaError, type ErrorCode } from "@flotilla/core";
import { describe, expect, test } from "vitest";
import { batchOf } from "../test/batch-fixture.ts";
import { batchExitCode, failureCauses } from "./watch-batch.ts";

function failedRow(
  row: number,
  message: string,
  line: number | null = row + 1,
  code: ErrorCode = "tool_failed",
): BatchRow {
  return {
    row,
    line,
    data: {},
    status: "failed",
    runId: null,
    output: null,
    error: new FlotillaError(code, message).toRecord(),
    stepCount: 0,
    inputTokens: 0,
    outputTokens: 0,
    costMicros: 0,
    costIncomplete: false,
    startedAt: null,
    endedAt: null,
  };
}

describe("the end of a batch", () => {
  test("is 0 only when every row completed", () => {
    const ended = { status: "completed" as const };
    expect(batchExitCode(batchOf({ completed: 3 }, ended))).toBe(0);
    expect(batchExitCode(batchOf({ completed: 2, failed: 1 }, ended))).toBe(2);
    expect(batchExitCode(batchOf({ completed: 2, cancelled: 1 }, { status: "cancelled" }))).toBe(2);
    expect(batchExitCode(batchOf({ completed: 2, pending: 1 }, { status: "paused" }))).toBe(2);
  });

  test("names the causes of failed rows, the most frequent first", () => {
    const rows = [
      failedRow(1, "Line 2: no column.", 2, "row_invalid"),
      failedRow(2, "too slow"),
      failedRow(3, "too slow"),
      failedRow(9, "refused", null),
    ];
    expect(failureCauses(rows)).toEqual([
      "2 rows (first: line 3): too slow",
      "Line 2: no column.",
      "1 row (row 9): refused",
    ]);
  });
});
