import type { WaitCause } from "@flotilla/core";
import type { WaitingCall } from "./waiting-call.ts";

/** Shorter waits are nobody's business. */
export const quietMs = 250;
/** Told again only after so long, when the cause is another or the start has moved by a lot. */
const againMs = 5_000;
const mostTimes = 6;

interface Told {
  cause: WaitCause;
  bucket: string;
  /** Unix milliseconds by our own clock; null: nobody can say. */
  expectedAt: (call: WaitingCall) => number | null;
}

/**
 * Tells those who wait what for, each at most a few times. Calls that came first come first.
 *
 * @returns when to look again, monotonic
 */
export function tellWait(calls: Iterable<WaitingCall>, told: Told, now: number): number {
  for (const call of calls) {
    if (now < call.since + quietMs) return call.since + quietMs;
    const expectedAt = told.expectedAt(call);
    if (!isNews(call, told.cause, expectedAt, now)) continue;
    const times = (call.told?.times ?? 0) + 1;
    call.told = { cause: told.cause, expectedAt, at: now, times };
    call.request.onWait({
      cause: told.cause,
      of: told.bucket,
      expectedAt: expectedAt === null ? null : new Date(expectedAt).toISOString(),
    });
  }
  return now + againMs;
}

function isNews(
  { told, since }: WaitingCall,
  cause: WaitCause,
  expectedAt: number | null,
  now: number,
): boolean {
  if (!told) return true;
  if (told.times >= mostTimes || now < told.at + againMs * told.times) return false;
  if (cause !== told.cause) return true;
  if (expectedAt === null || told.expectedAt === null) return expectedAt !== told.expectedAt;
  return Math.abs(expectedAt - told.expectedAt) > Math.max(againMs, (now - since) / 2);
}
