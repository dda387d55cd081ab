import { describe, expect, test } from "vitest";
import { batchOf } from "../../test/batch-fixture.ts";
import { captureTerminal } from "../../test/capture-terminal.ts";
import { batchDetails, batchEnding, batchTable, progressText } from "./batch.ts";

const midway = batchOf({ pending: 635, running: 87, waiting: 3, completed: 591, failed: 3 });

describe("a batch's progress in a line", () => {
  test("names rows, failures, speed, cost and the time left", () => {
    expect(progressText(midway)).toBe(
      "594/1,319 rows · 87 running · 3 waiting · 3 failed · 12.3k tok/s · $0.0123 · ETA 2 min 5 s",
    );
  });

  test("leaves out what is zero or unknown", () => {
    const batch = batchOf(
      { pending: 1 },
      { tokensPerSecond: null, etaSeconds: null, costMicros: 0 },
    );
    expect(progressText(batch)).toBe("0/1 row · $0");
  });

  test("promises no end while all that has started waits", () => {
    expect(progressText(batchOf({ waiting: 39, completed: 1 }))).not.toContain("ETA");
    expect(progressText(batchOf({ waiting: 38, running: 1, completed: 1 }))).toContain("ETA");
  });

  test("says why it stands still", () => {
    const paused = { status: "paused" as const, tokensPerSecond: null };
    expect(progressText(batchOf({ pending: 2 }, { ...paused, pausedBy: "budget" }))).toBe(
      "0/2 rows · $0.0123 · paused, the budget is spent",
    );
    expect(progressText(batchOf({ pending: 2 }, { ...paused, pausedBy: "person" }))).toBe(
      "0/2 rows · $0.0123 · paused",
    );
  });
});

describe("a batch elsewhere", () => {
  test("a table has a line for each, ids in full", () => {
    const [head, line] = batchTable([midway], captureTerminal()).split("\n");
    expect(head).toMatch(/^BATCH +STATUS +AGENT +ROWS +FAILED +COST +STARTED +NAME$/);
    expect(line).toMatch(/^bat_1 +running +math v2 +594\/1,319 +3 +\$0.0123 .* questions.jsonl$/);
  });

  test("its details name settings and figures", () => {
    const text = batchDetails({ ...midway, budgetMicros: 2_500_000 }, captureTerminal());
    expect(text).toMatch(/^budget +\$2.50$/m);
    expect(text).toMatch(/^rows +1,319 · 635 pending · 87 running · 3 waiting · 591 completed/m);
  });

  test("its ending says how many rows there are of each kind", () => {
    const ended = batchOf(
      { completed: 8, failed: 1, cancelled: 1 },
      { status: "completed", endedAt: "2026-01-01T00:01:11.000Z" },
    );
    expect(batchEnding(ended)).toBe(
      "completed in 1 min 10 s · 8 of 10 rows completed · 1 failed · 1 cancelled · " +
        "12,000 in, 340 out · $0.0123",
    );
  });
});
