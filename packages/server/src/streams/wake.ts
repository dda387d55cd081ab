/** A flag that one reader waits for and anyone may raise. Raising it twice is raising it once. */
export class Wake {
  #raised = false;
  #release: (() => void) | undefined;

  raise(): void {
    this.#raised = true;
    this.#release?.();
  }

  /** Resolves when the flag is raised, which lowers it, or after `ms`, or on an abort. */
  async wait(ms: number, signal?: AbortSignal): Promise<void> {
    if (!this.#raised && !signal?.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#release = () => {
          clearTimeout(timer);
          resolve();
        };
        signal?.addEventListener("abort", this.#release, { once: true });
      });
      if (this.#release) signal?.removeEventListener("abort", this.#release);
      this.#release = undefined;
    }
    this.#raised = false;
  }
}
