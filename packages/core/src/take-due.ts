import { dueTimes } from "./due-times.ts";
import type { Overlap, ScheduleSpec, StartCause } from "./schedule.ts";

/** What comes so long after its time was missed: nothing was there to start it. */
export const missedMs = 30_000;
/** Of a stretch that was missed, the newest ones get a place in the history. */
const mostMissed = 1_000;
/** More than these do not wait for those before them. */
const mostWaiting = 1_000;

/** A time that has come. */
export interface DueTime {
  /** Unix milliseconds. */
  dueAt: number;
  cause: StartCause;
  /** What is done when one before it has not ended. */
  overlap: Overlap;
  /** Why nothing is started; left out: it is to be started. */
  skip?: string;
}

export interface TakenDue {
  /** Oldest first. */
  times: DueTime[];
  /** The first time that has not come; null: none will. */
  nextDueAt: number | null;
  /** When that one may start: with its jitter. */
  wakeAt: number | null;
}

/** A schedule's first time after a moment, from which on it is looked after. */
export function firstDue(
  id: string,
  spec: ScheduleSpec,
  after: number,
): Pick<TakenDue, "nextDueAt" | "wakeAt"> {
  const next = dueTimes(spec).next(after);
  if (next === undefined) return { nextDueAt: null, wakeAt: null };
  return { nextDueAt: next, wakeAt: next + jitter(id, spec.jitterSeconds, next) };
}

/**
 * What becomes of a schedule's times that have come by now.
 *
 * @param from the first one that nothing has become of yet
 * @param waiting starts that wait for those before them
 */
export function takeDue(
  id: string,
  spec: ScheduleSpec,
  from: number,
  now: number,
  waiting = 0,
): TakenDue {
  const due = dueTimes(spec);
  const ready = (dueAt: number) => dueAt + jitter(id, spec.jitterSeconds, dueAt);
  const missed = due
    .latest(from - 1, now - missedMs, mostMissed + 1)
    .filter((dueAt) => ready(dueAt) <= now - missedMs);
  const times = caughtUp(spec, missed, now);
  let next = due.next(missed.at(-1) ?? from - 1);
  let queued = waiting + times.filter(({ skip }) => skip === undefined).length;
  while (next !== undefined && ready(next) <= now) {
    const isFull = spec.overlap === "queue" && queued >= mostWaiting;
    const skip = isFull ? { skip: `${mostWaiting} starts wait already` } : {};
    times.push({ dueAt: next, cause: "due", overlap: spec.overlap, ...skip });
    queued += 1;
    next = due.next(next);
  }
  return { times, nextDueAt: next ?? null, wakeAt: next === undefined ? null : ready(next) };
}

/** Those of the missed times that are started after all, and why the others are not. */
function caughtUp({ catchUp, overlap }: ScheduleSpec, missed: number[], now: number): DueTime[] {
  const opens = now - catchUp.windowSeconds * 1_000;
  const shown = missed.slice(-mostMissed);
  const isMore = missed.length > shown.length;
  // All of them are wanted, so those behind the first wait for it.
  const mode = overlap === "parallel" ? "parallel" : "queue";
  return shown.map((dueAt, i) => {
    const taken = { dueAt, cause: "catch_up", overlap: mode } as const;
    const before = isMore && i === 0 ? "; so were others before it" : "";
    const skip = (why: string) => ({ ...taken, skip: `it was missed${why}${before}` });
    if (catchUp.missed === "none") return skip("");
    if (dueAt < opens) return skip(", longer ago than the catch-up window");
    if (catchUp.missed === "last" && i < shown.length - 1) return skip(", and so was a later one");
    return taken;
  });
}

/**
 * How long a start waits after its time, in milliseconds: spread over the schedules and their times, and
 * always the same for one of them (FNV-1a).
 */
export function jitter(id: string, jitterSeconds: number, dueAt: number): number {
  if (jitterSeconds === 0) return 0;
  let hash = 0x811c9dc5;
  for (const letter of `${id} ${dueAt}`) {
    hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  }
  // The last letters have moved the low bits alone.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  return Math.floor((hash / 2 ** 32) * jitterSeconds * 1_000);
}
