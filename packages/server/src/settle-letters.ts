import type { DeadLettersSettled } from "@flotilla/api";

const chunkSize = 500;
/** A request is to be answered while its client still waits. */
const withinMs = 10_000;

/**
 * Settles letters chunk by chunk until none is left or the time is over.
 *
 * @param until only what failed before then; left out: before now
 * @param settle takes up to `limit` letters, and returns how many it took
 */
export async function settleInChunks(
  letters: { now(): Promise<string> },
  until: string | undefined,
  settle: (chunk: { until: string; limit: number }) => Promise<number>,
): Promise<DeadLettersSettled> {
  const begun = performance.now();
  const chunk = { until: until ?? (await letters.now()), limit: chunkSize };
  let count = 0;
  for (;;) {
    const settled = await settle(chunk);
    count += settled;
    const isMore = settled === chunkSize;
    if (!isMore || performance.now() - begun > withinMs) {
      return { count, isMore, until: chunk.until };
    }
  }
}
