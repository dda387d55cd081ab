import { FlotillaError } from "./error.ts";
import type { Event } from "./event.ts";
import { fold } from "./fold.ts";
import type { Run } from "./run.ts";

/** So many events between two states that are kept. */
const stride = 64;

/**
 * A run as it was at an event: its events up to there, folded. Throws `not_found` before its first one.
 *
 * @param seq between two events (gaps are normal) it is the state after the earlier one
 */
export function runAt(events: readonly Event[], seq: number): Run {
  return new RunTimeline(events).at(seq);
}

/**
 * The states of a run through its whole journal, for those who go back and forth in it: a state is folded
 * from the nearest one that is kept, so each look costs little however long the run is.
 */
export class RunTimeline {
  readonly #events: readonly Event[];
  /** By number of events folded, in strides. */
  readonly #kept = new Map<number, Run>();

  /** @param events a journal from its first event, in order */
  constructor(events: readonly Event[]) {
    this.#events = events;
  }

  /** See `runAt`. */
  at(seq: number): Run {
    const count = this.#countTo(seq);
    if (count === 0) {
      throw new FlotillaError("not_found", `The run has no event up to ${seq}.`, {
        remedy: "Name the sequence number of one of its events; the first is 1.",
      });
    }
    const start = this.#nearest(count);
    let run = this.#kept.get(start);
    for (let done = start; done < count;) {
      const next = Math.min(count, (Math.floor(done / stride) + 1) * stride);
      run = fold(this.#events.slice(done, next), run);
      if (next % stride === 0) this.#kept.set(next, run);
      done = next;
    }
    return run as Run;
  }

  /** How many events there are up to a sequence number. */
  #countTo(seq: number): number {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#events[middle] as Event).seq <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #nearest(count: number): number {
    let start = count - (count % stride);
    while (start > 0 && !this.#kept.has(start)) start -= stride;
    return start;
  }
}
