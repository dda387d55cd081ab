import type { DeadLettersSettled } from "@flotilla/api";

/** All of a group, chunk by chunk: a request takes as many letters as its time allows. */
export async function settleAll(
  next: (until: string | undefined) => Promise<DeadLettersSettled>,
): Promise<number> {
  let count = 0;
  let until: string | undefined;
  for (;;) {
    const settled = await next(until);
    count += settled.count;
    if (!settled.isMore) return count;
    until = settled.until;
  }
}
