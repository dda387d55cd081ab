import type { Event } from "@flotilla/core";
import { expect, test } from "vitest";
import { readJournal } from "./read-journal.ts";

test("all pages come, in order, as one line each event", async () => {
  const events = [1, 2, 5, 9, 10].map((seq) => ({ seq, type: "run.waiting" }) as Event);
  const asked: number[] = [];
  const journal = await readJournal(async ({ after }) => {
    asked.push(after);
    const items = events.filter(({ seq }) => seq > after).slice(0, 2);
    return { items, nextAfter: items.length < 2 ? null : (items.at(-1)?.seq ?? null) };
  });
  expect(asked).toEqual([0, 2, 9]);
  const lines = (await journal.text()).trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toEqual(events);
});
