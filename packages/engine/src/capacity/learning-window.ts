const firstCalls = 2;
/** Answers without a word of limits after which a bucket is taken for unlimited. */
const trusted = 64;

/**
 * How many calls may be under way while nothing is known of a bucket's limits: two, then one more
 * with every answer that was not refused, so that the first refusals are few; any number once
 * many were answered. After a refusal it starts anew.
 */
export class LearningWindow {
  #calls = firstCalls;

  admits(underWay: number): boolean {
    return underWay < this.#calls;
  }

  answered(): void {
    this.#calls++;
    if (this.#calls > trusted) this.#calls = Infinity;
  }

  refused(): void {
    this.#calls = firstCalls;
  }
}
