/** How much of one processor this process uses. */
export class CpuUse {
  #before = process.cpuUsage();
  #at = performance.now();

  /** Percent since it was last asked: 150 are one and a half processors. */
  take(): number {
    const { user, system } = process.cpuUsage(this.#before);
    const elapsedMs = performance.now() - this.#at;
    this.#before = process.cpuUsage();
    this.#at = performance.now();
    return elapsedMs > 0 ? (user + system) / 10 / elapsedMs : 0;
  }
}
