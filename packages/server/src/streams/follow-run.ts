import type { StreamMessage } from "@flotilla/api";
import { isTerminal, type Event, type RunStatus } from "@flotilla/core";
import type { StoreView } from "@flotilla/store";
import type { ChangeSignals } from "./change-signals.ts";
import { endMessage, type MessageSink } from "./message-sink.ts";
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
  store: StoreView,
  signals: ChangeSignals,
  { runId, status, ...position }: RunPosition,
  sink: MessageSink,
): Promise<void> {
  const wake = new Wake();
  const unfollow = signals.follow(runId, () => wake.raise());
  let { after } = position;
  let ended = isTerminal(status);
  let watchedAt = 0;
  try {
    while (!sink.signal.aborted) {
      const events = await sink.turn(async () => {
        const next = await store.journal.readNext(runId, after);
        if (next.length > 0) await sink.send(next.map(toMessage));
        return next;
      });
      after = events.at(-1)?.seq ?? after;
      ended = events.reduce(endedAfter, ended);
      if (events.length >= fullPage) continue;
      if (ended) return await sink.send([endMessage]);
      const claimed = events.some((event) => event.type === "segment.started");
      if (claimed || performance.now() - watchedAt >= watchMs) {
        await store.signals.watch(runId);
        watchedAt = performance.now();
      }
      await wake.wait(watchMs, sink.signal);
    }
  } finally {
    unfollow();
  }
}

function toMessage(event: Event): StreamMessage {
  return { type: "event", cursor: String(event.seq), data: event };
}

function endedAfter(ended: boolean, event: Event): boolean {
  switch (event.type) {
    case "run.completed":
    case "run.failed":
    case "run.cancelled":
      return true;
    case "run.retried":
    case "run.forked":
      return false;
    default:
      return ended;
  }
}
