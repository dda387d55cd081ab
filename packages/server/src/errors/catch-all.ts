import { setTimeout as sleep } from "node:timers/promises";
import { toFlotillaError, type Log } from "@flotilla/core";
import type { Errors } from "./open-errors.ts";

/** How long an end may wait for its own cause to be written. */
const patienceMs = 1_000;

/**
 * Notes what nobody caught, an error or a rejection, and ends the process with 1: nobody knows what
 * state it is in. Returns the function that ends this.
 */
export function catchAll(errors: Errors, log: Log): () => void {
  const onError = (thrown: unknown, origin: string) => {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    log.error({ err: error, origin }, "nobody caught an error; the process ends");
    const { code } = toFlotillaError(thrown);
    const { message, stack } = error;
    errors.take({ source: "process", organisation: null, code, message, stack });
    void Promise.race([errors.close(), sleep(patienceMs)])
      .catch(() => undefined)
      .finally(() => process.exit(1));
  };
  process.on("uncaughtException", onError);
  return () => void process.off("uncaughtException", onError);
}
