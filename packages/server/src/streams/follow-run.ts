import { isTerminal, type Event, type RunStatus } from "@flotilla/core";
import type { Store } from "@flotilla/store";
import type { ChangeSignals } from "./change-signals.ts";
import { endFrame, frame, type EventStream } from "./event-stream.ts";
import { Wake } from "./wake.ts";

/** What `journal.readNext` gives at most: a shorter page was the last one so far. */
const fullPage = 500;
/** A worker journals live tokens for 30 s after it was asked; this is often enough. */
const watchMs = 20_000;

/** Where a client is in a run's journal. */
export interface RunPosition {
  runId: string;
  /** The last sequence number it has. */
  after: number;
  /** The run's status before the first read. */
  status: RunStatus;
}

/** Sends a run's events after the position as they are committed, then `end` once it has ended. */
export async function followRun(
  store: Store,
  signals: ChangeSignals,
  { runId, status, ...position }: RunPosition,
  stream: EventStream,
): Promise<void> {
  const wake = new Wake();
  const unfollow = signals.follow(runId, () => wake.raise());
  let { after } = position;
  let ended = isTerminal(status);
  let watchedAt = 0;
  try {
    while (!stream.signal.aborted) {
      const events = await store.journal.readNext(runId, after);
      if (events.length > 0) {
        await stream.send(events.map((event) => frame("event", event, event.seq)).join(""));
        after = events.at(-1)?.seq ?? after;
        ended = events.reduce(endedAfter, ended);
      }
      if (events.length >= fullPage) continue;
      if (ended) return await stream.send(endFrame);
      const claimed = events.some((event) => event.type === "segment.started");
      if (claimed || performance.now() - watchedAt >= watchMs) {
        await store.signals.watch(runId);
        watchedAt = performance.now();
      }
      await wake.wait(watchMs, stream.signal);
    }
  } finally {
    unfollow();
  }
}

function endedAfter(ended: boolean, event: Event): boolean {
  switch (event.type) {
    case "run.completed":
    case "run.failed":
    case "run.cancelled":
      return true;
    case "run.retried":
      return false;
    default:
      return ended;
  }
}
