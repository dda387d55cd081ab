import { newId, type Activity, type Clock, type Log } from "@flotilla/core";
import type { Store } from "@flotilla/store";
import { BatchedWriter } from "../batched-writer.ts";

/** What the log adds: its id and when. */
export type NewActivity = Omit<Activity, "id" | "at">;

export interface ActivityLog {
  /** Takes it down at once and writes it soon: nobody waits for it, and a crash loses less than a second. */
  note(entry: NewActivity): void;
  /** How many entries are not written yet. */
  waiting(): number;
  /** Writes what is left. */
  close(): Promise<void>;
}

const withinMs = 250;
const mostWaiting = 20_000;

/**
 * The activity log. While the database is away entries wait in memory, up to a bound; what has no
 * room is written into the process's log instead, so that it is not gone.
 */
export function openActivityLog(parts: {
  store: { activity: Pick<Store["activity"], "append"> };
  clock: Clock;
  log: Log;
}): ActivityLog {
  const { store, clock, log } = parts;
  const writer = new BatchedWriter<Activity>({
    ...{ clock, withinMs, mostWaiting },
    write: (entries) => store.activity.append(entries),
    onError: (error) =>
      log.warn({ err: error }, "activity could not be written; it is tried again"),
    onLost(entries) {
      for (const activity of entries) log.error({ activity }, "activity is only in this log");
    },
  });
  return {
    note(entry) {
      const now = clock.now();
      writer.add({ ...entry, id: newId("act", now), at: new Date(now).toISOString() });
    },
    waiting: () => writer.size,
    close: () => writer.close(),
  };
}
