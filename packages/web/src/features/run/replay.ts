import { RunTimeline, type Event, type Run } from "@flotilla/core";

/** States of a run in the past, by the places of its events. */
export interface Replay {
  readonly events: readonly Event[];
  /** The place of the last event up to that sequence number; -1 before the first one. */
  indexOf(seq: number): number;
  /** The state after the event at that place. */
  runAt(index: number): Run;
}

/** The past of a journal. Nothing is folded before it is asked for. */
export function openReplay(events: readonly Event[]): Replay {
  const states = new RunTimeline(events);
  return {
    events,
    indexOf: (seq) => lastUpTo(events, seq),
    runAt: (index) => states.at(events[index]?.seq ?? 0),
  };
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
