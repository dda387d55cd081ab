import { scheduleSpecSchema, type ScheduleSpecInput } from "@flotilla/core";
import { describe, expect, test } from "vitest";
import { draftOf, emptyDraft, specOf } from "./schedule-draft.ts";

const spec = (more: Partial<ScheduleSpecInput> = {}) =>
  scheduleSpecSchema.parse({
    name: "nightly",
    when: { cron: "0 3 * * *" },
    timeZone: "Europe/Berlin",
    start: { kind: "run", agent: "a", version: 2, input: { text: "q" } },
    labels: { team: "x" },
    historyDays: 10,
    catchUp: { missed: "all", windowSeconds: 5_400 },
    ...more,
  });

describe("a draft of a schedule means the same schedule", () => {
  const batch = { kind: "batch", agent: "a", template: "{{q}}", budgetUsd: 2 } as const;
  const cases: Partial<ScheduleSpecInput>[] = [
    {},
    { when: { everySeconds: 900 } },
    { when: { everySeconds: 7_200, startingAt: "2026-01-01T00:07:00Z" } },
    { when: { everySeconds: 45 }, overlap: "queue", jitterSeconds: 30, priority: 9 },
    { when: { at: "2099-12-24T18:00:00" } },
    { start: { ...batch, rows: [{ q: "a" }, { q: "b\n" }] } },
    { start: { ...batch, rowsOf: `bat_${"0".repeat(26)}` }, startsAt: "2026-01-01T00:00:00Z" },
  ];
  test.each(cases)("%j", (more) => {
    const before = spec(more);
    expect(specOf(draftOf(before), before)).toEqual({ spec: before });
  });
});

test("what is wrong is said at its field", () => {
  const draft = {
    ...emptyDraft("UTC"),
    cron: "61 * * * *",
    starts: "batch",
    rows: "{",
    text: "q",
  } as const;
  expect(specOf(draft)).toEqual({ errors: { rows: expect.stringContaining("Line 1") } });
  expect(specOf({ ...draft, rows: "" })).toEqual({
    errors: {
      name: expect.stringContaining("use 1 to 64"),
      cron: expect.stringContaining("61"),
      agent: "Choose one",
      rows: expect.stringContaining("either rows or rowsOf"),
    },
  });
  const never = { ...emptyDraft("UTC"), name: "n", agent: "a", text: "q", cron: "0 0 31 2 *" };
  expect(specOf(never)).toEqual({ errors: { cron: "there is no such time" } });
});
