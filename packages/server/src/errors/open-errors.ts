import type { ErrorSink, Log, RedactPort } from "@flotilla/core";
import { systemClock } from "@flotilla/engine";
import type { Config } from "../config.ts";
import { ErrorBook, type ErrorBookParts } from "./error-book.ts";
import { ErrorWebhook } from "./error-webhook.ts";

export interface Errors extends ErrorSink {
  /** Writes what waits, and lets news of it be sent for a moment. */
  close(): Promise<void>;
}

/** The error book of a process, and its webhook where one is configured. */
export function openErrors(parts: {
  config: Pick<Config, "errorWebhook">;
  store: ErrorBookParts["store"];
  redact: RedactPort;
  log: Log;
}): Errors {
  const { config, ...rest } = parts;
  const common = { clock: systemClock, log: parts.log };
  const webhook =
    config.errorWebhook &&
    new ErrorWebhook({ ...config.errorWebhook, ...common, random: Math.random });
  const book = new ErrorBook({
    ...rest,
    clock: systemClock,
    ...(webhook && { tell: (noted) => webhook.send(noted) }),
  });
  return {
    take: (error) => book.take(error),
    async close() {
      await book.close();
      await webhook?.close();
    },
  };
}
