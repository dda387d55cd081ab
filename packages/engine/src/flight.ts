import type { AnswerKey, CachedAnswer } from "@flotilla/core";

/** What comes of asking for an answer. */
export type Turn =
  | { kind: "answer"; answer: CachedAnswer; priced: "cache" | "shared" }
  /** The asker makes the call. `land` must be called once it has ended, whatever became of it. */
  | { kind: "call"; land: (landing: Landing) => void };

export type Landing =
  | { kind: "answer"; answer: CachedAnswer }
  /** The call ended with something that serves nobody else. */
  | { kind: "unfit" }
  /** It failed or was given up: somebody else may make it. */
  | { kind: "none" };

interface Waiter {
  resolve: (turn: Turn) => void;
  reject: (reason: unknown) => void;
  onWait: () => void;
}

/** The askers of one key in this worker, while nobody knows the answer. */
export class Flight {
  readonly key: AnswerKey;
  readonly ttlSeconds: number;
  /** In the order they came. */
  readonly #waiting = new Set<Waiter>();
  #isUnderWay = false;

  constructor(key: AnswerKey, ttlSeconds: number) {
    this.key = key;
    this.ttlSeconds = ttlSeconds;
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** Rejects with the signal's reason when aborted. `onWait` is called once a call is waited for. */
  join(signal: AbortSignal, onWait: () => void): Promise<Turn> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const waiter: Waiter = { resolve, reject, onWait };
      const leave = () => {
        if (this.#waiting.delete(waiter)) reject(signal.reason as Error);
      };
      signal.addEventListener("abort", leave, { once: true });
      waiter.resolve = (turn) => {
        signal.removeEventListener("abort", leave);
        resolve(turn);
      };
      this.#waiting.add(waiter);
      if (this.#isUnderWay) onWait();
    });
  }

  /** The call is under way, here or elsewhere: everyone waits for it. */
  underWay(): void {
    if (this.#isUnderWay) return;
    this.#isUnderWay = true;
    for (const waiter of this.#waiting) waiter.onWait();
  }

  /** Hands the call to who has waited longest; false when nobody does. */
  pass(land: (landing: Landing) => void): boolean {
    const [first] = this.#waiting;
    if (!first) return false;
    this.#waiting.delete(first);
    first.resolve({ kind: "call", land });
    this.underWay();
    return true;
  }

  /** Everyone has the answer. */
  arrive(answer: CachedAnswer): void {
    const priced = this.#isUnderWay ? "shared" : "cache";
    this.#all((waiter) => waiter.resolve({ kind: "answer", answer, priced }));
  }

  /** Everyone makes the call alone. */
  disband(): void {
    this.#all((waiter) => waiter.resolve({ kind: "call", land: () => undefined }));
  }

  fail(error: unknown): void {
    this.#all((waiter) => waiter.reject(error));
  }

  #all(end: (waiter: Waiter) => void): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const waiter of waiting) end(waiter);
  }
}
