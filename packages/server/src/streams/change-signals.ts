import type { Store } from "@flotilla/store";

/**
 * Tells followers when a run or a batch has changed. One subscription to the store's signals
 * serves all of them, however many there are; without followers there is none.
 */
export class ChangeSignals {
  readonly #signals: Store["signals"];
  readonly #callbacks = new Map<string, Set<() => void>>();
  #unsubscribe: (() => void) | undefined;

  constructor(signals: Store["signals"]) {
    this.#signals = signals;
  }

  /**
   * Calls back whenever the run or batch may have changed. Returns the function that ends it.
   *
   * @param id of a run or of a batch
   */
  follow(id: string, callback: () => void): () => void {
    const callbacks = this.#callbacks.get(id) ?? new Set();
    this.#callbacks.set(id, callbacks.add(callback));
    this.#unsubscribe ??= this.#subscribe();
    return () => {
      callbacks.delete(callback);
      if (callbacks.size === 0 && this.#callbacks.get(id) === callbacks) this.#callbacks.delete(id);
      if (this.#callbacks.size > 0) return;
      this.#unsubscribe?.();
      this.#unsubscribe = undefined;
    };
  }

  #subscribe(): () => void {
    const offChange = this.#signals.onChange((changes) => {
      // A change is `runId` or `runId:batchId`; both may be followed.
      for (const change of changes) for (const id of change.split(":")) this.#tell(id);
    });
    const offCatchUp = this.#signals.onCatchUp(() => {
      for (const id of this.#callbacks.keys()) this.#tell(id);
    });
    return () => {
      offChange();
      offCatchUp();
    };
  }

  #tell(id: string): void {
    for (const callback of this.#callbacks.get(id) ?? []) callback();
  }
}
