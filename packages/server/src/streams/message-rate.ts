/** How many messages one may send: `perSecond` on average, ten seconds' worth at once. */
export class MessageRate {
  readonly #perSecond: number;
  #left: number;
  #at: number;

  /** @param now milliseconds, as in `take` */
  constructor(perSecond: number, now: number) {
    this.#perSecond = perSecond;
    this.#left = perSecond * 10;
    this.#at = now;
  }

  /** @returns false when that was one too many */
  take(now: number): boolean {
    const earned = ((now - this.#at) / 1_000) * this.#perSecond;
    this.#at = now;
    this.#left = Math.min(this.#perSecond * 10, this.#left + earned) - 1;
    return this.#left >= 0;
  }
}
