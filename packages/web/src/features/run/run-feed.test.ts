import { expect, test } from "vitest";
import { emptyFeed, extendFeed } from "./run-feed.ts";
import { events } from "./short-run.ts";

test("a stream in pieces gives the same run as the whole", () => {
  const whole = extendFeed(emptyFeed, events);
  let pieces = emptyFeed;
  for (const event of events) pieces = extendFeed(pieces, [event]);
  expect(pieces).toEqual(whole);
  expect(whole.phase).toBe("ended");
  expect(whole.run?.costMicros).toBe(3);
});

test("partial text is there while its step runs and its deltas go when it completes", () => {
  const running = extendFeed(emptyFeed, events.slice(0, 5));
  expect(running.run?.steps[0]).toMatchObject({ partialText: "It is 42." });
  expect(running.events).toHaveLength(5);
  const done = extendFeed(running, events.slice(5, 6));
  expect(done.events.map((event) => event.type)).not.toContain("step.delta");
});

test("events it has already are not folded twice", () => {
  const running = extendFeed(emptyFeed, events.slice(0, 5));
  expect(extendFeed(running, events.slice(2, 5))).toBe(running);
  const next = extendFeed(running, events.slice(3));
  expect(next.run?.usage.outputTokens).toBe(2);
});
