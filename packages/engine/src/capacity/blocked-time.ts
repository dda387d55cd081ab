import type { WaitCause, Waited } from "@flotilla/core";

/** A shorter wait is the asking itself. */
const nothingMs = 10;

/** How long a bucket has been blocked, by cause: what calls waited is the difference of two looks. */
export class BlockedTime {
  readonly #monotonic: () => number;
  readonly #sums: Waited = {};
  #cause: WaitCause | undefined;
  #since = 0;

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** From now on the first call waits for this; undefined: none waits. */
  by(cause: WaitCause | undefined): void {
    this.#account();
    this.#cause = cause;
  }

  soFar(): Waited {
    this.#account();
    return { ...this.#sums };
  }

  /** What a call waited that came when it was `before`, in whole milliseconds; {} for next to nothing. */
  since(before: Waited): Waited {
    this.#account();
    const waited: Waited = {};
    let all = 0;
    for (const [cause, sum] of Object.entries(this.#sums) as [WaitCause, number][]) {
      const ms = Math.round(sum - (before[cause] ?? 0));
      if (ms > 0) waited[cause] = ms;
      all += ms;
    }
    return all >= nothingMs ? waited : {};
  }

  #account(): void {
    const now = this.#monotonic();
    if (this.#cause) this.#sums[this.#cause] = (this.#sums[this.#cause] ?? 0) + now - this.#since;
    this.#since = now;
  }
}
