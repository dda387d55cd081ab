import { residentBytes } from "../process-tree.ts";

const everyMs = 200;

/** Samples the resident memory of processes, from its making to `end`. */
export class MemoryWatch {
  readonly #samples: number[] = [];
  readonly #timer: NodeJS.Timeout;

  /** @param pids asked at each sample; their memory is added up */
  constructor(pids: () => number[]) {
    this.#timer = setInterval(() => {
      const bytes = pids().reduce((sum, pid) => sum + (residentBytes(pid) ?? 0), 0);
      if (bytes > 0) this.#samples.push(bytes);
    }, everyMs).unref();
  }

  end(): void {
    clearInterval(this.#timer);
  }

  /** In megabytes (10^6 bytes), over each half of the time. */
  highest(): { firstHalf: number; secondHalf: number } {
    const middle = Math.ceil(this.#samples.length / 2);
    return {
      firstHalf: highest(this.#samples.slice(0, middle)),
      secondHalf: highest(this.#samples.slice(middle)),
    };
  }
}

function highest(samples: number[]): number {
  return Math.round(Math.max(0, ...samples) / 1e6);
}
