import type { Event } from "@flotilla/core";

/** What an event holds beside its envelope, in a line. */
export function eventGist({
  runId: _runId,
  seq: _seq,
  at: _at,
  type: _type,
  ...rest
}: Event): string {
  return JSON.stringify(rest).slice(1, 300);
}
