/**
 * Delay before the next attempt, in milliseconds: exponential with full jitter,
 * uniform in [0, min(capMs, baseMs × 2^(attempt−1))).
 * Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 *
 * @param attempt the attempt that failed, from 1
 * @param random uniform in [0, 1)
 */
export function backoffMs(
  attempt: number,
  baseMs: number,
  capMs: number,
  random: () => number,
): number {
  return Math.floor(random() * Math.min(capMs, baseMs * 2 ** (attempt - 1)));
}
