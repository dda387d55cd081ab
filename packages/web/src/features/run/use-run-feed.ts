import { toFlotillaError, type Event } from "@flotilla/core";
import { useCallback, useEffect, useRef, useState } from "react";
import { frameBatch, pacedFrames } from "../../data/frame-batch.ts";
import { live } from "../../data/live.ts";
import { openFeedStore } from "./feed-store.ts";
import type { RunFeed } from "./run-feed.ts";
import type { LiveWords } from "./step-words.ts";

/** Some five updates a second read as a stream; each one parses the text that grows. */
const updateMs = 190;

interface FollowedFeed extends RunFeed {
  /** What came since in the steps under way; the rest of the feed is told of when something else happens. */
  words: LiveWords;
  resume: () => void;
}

/**
 * Follows a run from its first event. It reconnects by itself and goes on after the last event
 * it has, so nothing is lost or shown twice. A run that ended is asked for again when the tab
 * comes back and when `resume` is called: it may have been retried. Mount it anew per run.
 */
export function useRunFeed(runId: string): FollowedFeed {
  const [store] = useState(openFeedStore);
  const [feed, setFeed] = useState(store.feed);
  const [generation, setGeneration] = useState(0);
  const lastSeq = useRef(0);
  const resume = useCallback(() => setGeneration((count) => count + 1), []);

  useEffect(() => {
    const controller = new AbortController();
    const extend = (events: Event[]) => setFeed(store.extend(events));
    const batch = frameBatch<Event>(extend, pacedFrames(updateMs));
    const change = (by: (old: RunFeed) => Partial<RunFeed>) => setFeed(store.change(by));
    follow(runId, lastSeq, batch.push, controller.signal, change)
      .catch((thrown: unknown) => {
        if (controller.signal.aborted) return;
        change(() => ({ phase: "ended", error: toFlotillaError(thrown) }));
      })
      .finally(batch.flush);
    return () => {
      controller.abort();
      // What was read but not yet rendered counts as seen.
      batch.flush();
    };
  }, [runId, generation, store]);

  useEffect(() => {
    const onVisible = () => document.visibilityState === "visible" && resume();
    if (feed.phase !== "ended") return;
    document.addEventListener("visibilitychange", onVisible);
    return () => document.removeEventListener("visibilitychange", onVisible);
  }, [feed.phase, resume]);

  return { ...feed, words: store.words, resume };
}

async function follow(
  runId: string,
  lastSeq: { current: number },
  push: (event: Event) => void,
  signal: AbortSignal,
  change: (by: (old: RunFeed) => Partial<RunFeed>) => void,
): Promise<void> {
  const options = {
    signal,
    ...(lastSeq.current > 0 && { lastEventId: String(lastSeq.current) }),
    onReconnecting: (lost: boolean) =>
      change(({ phase }) => (phase === "ended" ? {} : { phase: lost ? "reconnecting" : "live" })),
  };
  for await (const event of live.run(runId, options)) {
    if (signal.aborted) return;
    lastSeq.current = event.seq;
    push(event);
  }
}
