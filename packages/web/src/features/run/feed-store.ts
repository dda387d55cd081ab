import type { Event } from "@flotilla/core";
import { emptyFeed, extendFeed, onlyGrew, type RunFeed } from "./run-feed.ts";
import { modelStepOf, type LiveWords } from "./step-words.ts";

/** A feed outside of React, which a page is told of only where more than growing words is new. */
export interface FeedStore {
  /** As it was told last. */
  feed(): RunFeed;
  /** Takes more events in; the feed to show. */
  extend(events: readonly Event[]): RunFeed;
  change(by: (old: RunFeed) => Partial<RunFeed>): RunFeed;
  words: LiveWords;
}

export function openFeedStore(): FeedStore {
  let told = emptyFeed;
  let newest = emptyFeed;
  const listeners = new Set<() => void>();
  return {
    feed: () => told,
    extend(events) {
      const before = newest;
      newest = extendFeed(before, events);
      if (newest === before) return told;
      if (onlyGrew(before, newest, events)) for (const tell of listeners) tell();
      else told = newest;
      return told;
    },
    change(by) {
      newest = { ...newest, ...by(newest) };
      told = newest;
      return told;
    },
    words: {
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      stepOf: (step) => modelStepOf(newest.run, step),
    },
  };
}
