import { backoffMs } from "@flotilla/core";

/** Resolves after `ms`; rejects with the signal's reason when aborted. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(done, ms);
    function done() {
      signal?.removeEventListener("abort", stop);
      resolve();
    }
    function stop() {
      clearTimeout(timer);
      reject(signal?.reason);
    }
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}

const longestReconnectMs = 3_000;

/**
 * How long to wait before the next try, so that clients which all lost one server do not all come
 * back at once.
 */
export function reconnectMs(failures: number, random: () => number = Math.random): number {
  return backoffMs(failures + 1, 100, longestReconnectMs, random);
}
