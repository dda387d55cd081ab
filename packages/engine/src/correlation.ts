import { AsyncLocalStorage } from "node:async_hooks";

/** What log lines and errors of one piece of work have in common. `step` moves on with the work. */
export interface Correlation {
  requestId?: string;
  /** 32 hexadecimal digits, as W3C Trace Context has it. */
  traceId?: string;
  runId?: string;
  step?: number;
}

const storage = new AsyncLocalStorage<Correlation>();

/** Does `work`, and all that it starts, as part of this request or run. */
export function correlated<T>(place: Correlation, work: () => T): T {
  return storage.run(place, work);
}

/** What the present work belongs to; undefined outside of requests and runs. */
export function correlation(): Readonly<Correlation> | undefined {
  return storage.getStore();
}
