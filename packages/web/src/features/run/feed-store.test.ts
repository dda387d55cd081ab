import { expect, test } from "vitest";
import { openFeedStore } from "./feed-store.ts";
import { events } from "./short-run.ts";
import { wordsOf } from "./step-words.ts";

const [firstPiece, completed] = [3, 5];

test("a first piece of text changes the feed, and more of it changes the words alone", () => {
  const store = openFeedStore();
  let heard = 0;
  store.words.subscribe(() => (heard += 1));
  store.extend(events.slice(0, firstPiece));
  const begun = store.extend(events.slice(firstPiece, firstPiece + 1));
  expect(begun.run?.steps[0]).toMatchObject({ partialText: "It is " });
  expect(heard).toBe(0);
  expect(store.extend(events.slice(firstPiece + 1, completed))).toBe(begun);
  expect(heard).toBe(1);
  const step = store.words.stepOf(1);
  expect(step && wordsOf(step).text).toBe("It is 42.");
  const done = store.extend(events.slice(completed));
  expect(done).not.toBe(begun);
  expect(store.feed()).toBe(done);
  expect(done.events.map(({ type }) => type)).not.toContain("step.delta");
});

test("a connection that was lost and is back is told of with the words that came", () => {
  const store = openFeedStore();
  store.extend(events.slice(0, firstPiece + 1));
  expect(store.change(() => ({ phase: "reconnecting" })).phase).toBe("reconnecting");
  const back = store.extend(events.slice(firstPiece + 1, completed));
  expect(back.phase).toBe("live");
  expect(back.run?.steps[0]).toMatchObject({ partialText: "It is 42." });
});
