import { reduce, type Event, type Run } from "@flotilla/core";

/** States of a run in the past, from the events that are there. */
export interface Replay {
  readonly events: readonly Event[];
  /** The place of the last event up to that sequence number; -1 before the first one. */
  indexOf(seq: number): number;
  /** The state after the event at that place. */
  runAt(index: number): Run;
}

/** A state is kept after so many events: going anywhere folds no more than these. */
const checkpointEvery = 64;

/**
 * Folds prefixes of a journal. States are kept as they are come by, so that moving about in thousands of
 * events stays quick; nothing is folded before it is asked for.
 */
export function openReplay(events: readonly Event[]): Replay {
  const checkpoints: Run[] = [];

  function runAt(index: number): Run {
    const kept = Math.min(Math.floor((index + 1) / checkpointEvery), checkpoints.length);
    let run = checkpoints[kept - 1];
    for (let next = kept * checkpointEvery; next <= index; next++) {
      run = reduce(run, events[next] as Event);
      if ((next + 1) % checkpointEvery === 0) checkpoints.push(run);
    }
    return run as Run;
  }

  return { events, indexOf: (seq) => lastUpTo(events, seq), runAt };
}

/** Events are in the order of their sequence numbers, with gaps. */
function lastUpTo(events: readonly Event[], seq: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((events[middle] as Event).seq <= seq) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
