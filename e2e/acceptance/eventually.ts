import { setTimeout as sleep } from "node:timers/promises";

export interface Patience {
  /** What is waited for, for the error. */
  what: string;
  timeoutMs: number;
  everyMs?: number;
}

/**
 * Asks again and again until there is an answer that is not undefined. An `ask` that throws has
 * no answer yet. Throws when the patience is over, with the last error as its cause.
 */
export async function eventually<T>(
  { what, timeoutMs, everyMs = 100 }: Patience,
  ask: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let cause: unknown;
  do {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await sleep(everyMs);
  } while (Date.now() < deadline);
  throw new Error(`Waited ${timeoutMs / 1_000} s in vain: ${what}.`, { cause });
}
