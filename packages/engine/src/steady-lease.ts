/**
 * Tells whether this worker may judge others by their leases. One that could not renew its own
 * for a while may not: the database was away for all of them, and they come back together.
 */
export class SteadyLease {
  readonly #gapMs: number;
  readonly #settleMs: number;
  #renewedAt: number;
  #steadySince = Number.NEGATIVE_INFINITY;

  /**
   * @param gapMs a longer pause between two renewals is an outage
   * @param settleMs how long the others get after one
   * @param now milliseconds of a clock that never jumps
   */
  constructor(gapMs: number, settleMs: number, now: number) {
    this.#gapMs = gapMs;
    this.#settleMs = settleMs;
    this.#renewedAt = now;
  }

  renewed(now: number): void {
    if (now - this.#renewedAt > this.#gapMs) this.#steadySince = now;
    this.#renewedAt = now;
  }

  mayJudge(now: number): boolean {
    return now - this.#renewedAt <= this.#gapMs && now - this.#steadySince >= this.#settleMs;
  }
}
