import { fold, isTerminal, type Event, type FlotillaError, type Run } from "@flotilla/core";
import { modelStepOf } from "./step-words.ts";

/** What a page knows of a run: its events so far, and their fold. */
export interface RunFeed {
  run: Run | undefined;
  /** As the journal holds them: the deltas of completed steps are gone. */
  events: readonly Event[];
  phase: "loading" | "live" | "reconnecting" | "ended";
  error: FlotillaError | undefined;
}

export const emptyFeed: RunFeed = {
  run: undefined,
  events: [],
  phase: "loading",
  error: undefined,
};

/** The feed after more events. Those it has already (a stream resumed too early) are skipped. */
export function extendFeed(feed: RunFeed, incoming: readonly Event[]): RunFeed {
  const seq = feed.run?.seq ?? 0;
  const events = incoming.filter((event) => event.seq > seq);
  if (events.length === 0) return feed;
  const run = fold(events, feed.run);
  return {
    run,
    events: withoutSettledDeltas(feed.events, events),
    phase: isTerminal(run.status) ? "ended" : "live",
    error: undefined,
  };
}

/** Whether all that is new is more of words that are on screen already. */
export function onlyGrew(before: RunFeed, after: RunFeed, incoming: readonly Event[]): boolean {
  if (before.phase !== after.phase || before.error !== after.error) return false;
  return incoming.every((event) => {
    if (event.type !== "step.delta") return false;
    const [old, now] = [before, after].map(({ run }) => modelStepOf(run, event.step));
    if (!old || !now) return false;
    const isAsBefore = (key: "partialText" | "partialReasoning") =>
      (old[key] === "") === (now[key] === "");
    return (
      old.attempts.length === now.attempts.length &&
      isAsBefore("partialText") &&
      isAsBefore("partialReasoning")
    );
  });
}

function withoutSettledDeltas(before: readonly Event[], after: readonly Event[]): Event[] {
  const settled = new Set<number>();
  for (const event of after) if (event.type === "step.completed") settled.add(event.step);
  const all = [...before, ...after];
  if (settled.size === 0) return all;
  return all.filter((event) => event.type !== "step.delta" || !settled.has(event.step));
}
