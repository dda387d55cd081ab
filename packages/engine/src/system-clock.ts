import { setTimeout } from "node:timers/promises";
import type { Clock } from "@flotilla/core";

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => setTimeout(ms, undefined, signal && { signal }),
};
