import { monitorEventLoopDelay } from "node:perf_hooks";

const resolutionMs = 20;

/** How long the event loop is held up. */
export class LoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: resolutionMs });

  constructor() {
    this.#histogram.enable();
  }

  /** Milliseconds at the 99th percentile since it was last asked. */
  take(): number {
    const { exceeds, count } = this.#histogram;
    const ms = count + exceeds === 0 ? 0 : this.#histogram.percentile(99) / 1e6 - resolutionMs;
    this.#histogram.reset();
    return Math.max(0, ms);
  }

  close(): void {
    this.#histogram.disable();
  }
}
