interface Sample {
  at: number;
  total: number;
}

/** How fast a total grows, over the last seconds. A total that falls (a new day, runs deleted) begins anew. */
export class RateMeter {
  readonly #windowMs: number;
  #samples: Sample[] = [];

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** @returns by how much it grows a second; 0 before there are two readings */
  add(total: number, at: number): number {
    const last = this.#samples.at(-1);
    if (last && total < last.total) this.#samples = [];
    this.#samples.push({ at, total });
    const from = this.#samples.findLastIndex((sample) => sample.at <= at - this.#windowMs);
    if (from > 0) this.#samples.splice(0, from);
    const first = this.#samples[0];
    if (!first || first.at === at) return 0;
    return ((total - first.total) * 1_000) / (at - first.at);
  }
}
