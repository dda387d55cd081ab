import { setTimeout as sleep } from "node:timers/promises";
import { defineTool } from "@flotilla/tools";
import { z } from "zod";

/** How long the courier's desk takes to answer, in milliseconds. */
const answersAfterMs = 20_000;

/**
 * Stands in for a service that takes no idempotency key and cannot be asked what became of a
 * call. After a crash in the middle of one, only a person can find out, so the run waits for one.
 */
export const bookCourier = defineTool({
  name: "book_courier",
  description: "Books a courier for a parcel.",
  input: z.strictObject({ parcel: z.string(), to: z.string() }),
  output: z.strictObject({ booked: z.string() }),
  recovery: "unknown",
  timeoutMs: 60_000,
  maxAttempts: 1,
  async call({ parcel, to }, { signal }) {
    await sleep(answersAfterMs, undefined, { signal });
    return { booked: `${parcel} to ${to}` };
  },
});
