import { toFlotillaError, type Event } from "@flotilla/core";
import { useCallback, useEffect, useRef, useState } from "react";
import { frameBatch, pacedFrames } from "../../data/frame-batch.ts";
import { live } from "../../data/live.ts";
import { emptyFeed, extendFeed, type RunFeed } from "./run-feed.ts";

/** Twelve updates a second read as a stream; each one parses the text that grows. */
const updateMs = 80;

/**
 * Follows a run from its first event. It reconnects by itself and goes on after the last event
 * it has, so nothing is lost or shown twice. A run that ended is asked for again when the tab
 * comes back and when `resume` is called: it may have been retried. Mount it anew per run.
 */
export function useRunFeed(runId: string): RunFeed & { resume: () => void } {
  const [feed, setFeed] = useState<RunFeed>(emptyFeed);
  const [generation, setGeneration] = useState(0);
  const lastSeq = useRef(0);
  const resume = useCallback(() => setGeneration((count) => count + 1), []);

  useEffect(() => {
    const controller = new AbortController();
    const show = (events: Event[]) => setFeed((old) => extendFeed(old, events));
    const batch = frameBatch<Event>(show, pacedFrames(updateMs));
    follow(runId, lastSeq, batch.push, controller.signal, setFeed)
      .catch((thrown: unknown) => {
        if (controller.signal.aborted) return;
        setFeed((old) => ({ ...old, phase: "ended", error: toFlotillaError(thrown) }));
      })
      .finally(batch.flush);
    return () => {
      controller.abort();
      // What was read but not yet rendered counts as seen.
      batch.flush();
    };
  }, [runId, generation]);

  useEffect(() => {
    const onVisible = () => document.visibilityState === "visible" && resume();
    if (feed.phase !== "ended") return;
    document.addEventListener("visibilitychange", onVisible);
    return () => document.removeEventListener("visibilitychange", onVisible);
  }, [feed.phase, resume]);

  return { ...feed, resume };
}

async function follow(
  runId: string,
  lastSeq: { current: number },
  push: (event: Event) => void,
  signal: AbortSignal,
  setFeed: (change: (old: RunFeed) => RunFeed) => void,
): Promise<void> {
  const options = {
    signal,
    ...(lastSeq.current > 0 && { lastEventId: String(lastSeq.current) }),
    onReconnecting: (lost: boolean) =>
      setFeed((old) =>
        old.phase === "ended" ? old : { ...old, phase: lost ? "reconnecting" : "live" },
      ),
  };
  for await (const event of live.run(runId, options)) {
    if (signal.aborted) return;
    lastSeq.current = event.seq;
    push(event);
  }
}
