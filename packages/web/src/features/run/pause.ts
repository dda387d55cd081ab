import type { ErrorRecord, Event, WaitingFor } from "@flotilla/core";

/** A time in which no worker held the run although it had not ended. */
export interface Pause {
  /** Sequence number of the event it began with. */
  seq: number;
  kind: WaitingFor["kind"] | "retry";
  startedAt: string;
  /** null while it lasts. */
  endedAt: string | null;
  /** What a timer waits for. */
  why: ErrorRecord | null;
}

/** The pauses of a run, in order: waits, and the time between its end and a person's retry. */
export function pausesOf(events: readonly Event[]): Pause[] {
  const pauses: Pause[] = [];
  let open: Pause | undefined;
  let ended: Event | undefined;
  for (const event of events) {
    const { seq, at } = event;
    if (event.type === "run.waiting") {
      const { kind } = event.for;
      const why = "why" in event.for ? event.for.why : null;
      pauses.push((open = { seq, kind, startedAt: at, endedAt: null, why }));
    } else if (event.type === "run.failed" || event.type === "run.cancelled") {
      if (open) open.endedAt = at;
      open = undefined;
      ended = event;
    } else if (event.type === "run.retried") {
      pauses.push(
        (open = { seq, kind: "retry", startedAt: ended?.at ?? at, endedAt: null, why: null }),
      );
    } else if (event.type === "segment.started" && open) {
      open.endedAt = at;
      open = undefined;
    }
  }
  return pauses;
}
