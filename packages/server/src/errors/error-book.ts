import {
  errorTitle,
  newId,
  type Clock,
  type ErrorSighting,
  type ErrorSink,
  type Log,
  type NotedErrors,
  type RedactPort,
  type SeenError,
} from "@flotilla/core";
import { errorFingerprint, type Store } from "@flotilla/store";
import { BatchedWriter } from "../batched-writer.ts";

export interface ErrorBookParts {
  store: { errors: Pick<Store["errors"], "note"> };
  clock: Clock;
  log: Log;
  redact: Pick<RedactPort, "of" | "text">;
  /** Told of groups after each write. */
  tell?: (noted: NotedErrors[]) => void;
}

const withinMs = 1_000;
/** Groups that wait to be written at most; of further ones it is only known that there were some. */
const mostWaiting = 1_000;
const longestMessage = 2_000;
const longestStack = 8_000;

/**
 * Groups errors by what is the same about them and writes what was seen, once a second at most. While the
 * database is away the groups wait, and go on being counted.
 */
export class ErrorBook implements ErrorSink {
  readonly #parts: ErrorBookParts;
  readonly #writer: BatchedWriter<ErrorSighting>;
  #left = 0;

  constructor(parts: ErrorBookParts) {
    this.#parts = parts;
    const { clock, log } = parts;
    this.#writer = new BatchedWriter({
      ...{ clock, withinMs, mostWaiting, keeps: "oldest" },
      write: (sightings) => this.#write(sightings),
      join: {
        keyOf: ({ organisation, fingerprint }) => `${organisation ?? ""} ${fingerprint}`,
        merge: ({ count, firstAt }, newer) => ({ ...newer, count: count + newer.count, firstAt }),
      },
      onLost: (sightings) => (this.#left += sightings.length),
      onError: (error) =>
        log.warn({ err: error }, "errors could not be written; it is tried again"),
    });
  }

  take(error: SeenError): void {
    this.#writer.add(this.#sightingOf(error));
  }

  /** Writes what waits; what cannot be written is lost. */
  close(): Promise<void> {
    return this.#writer.close();
  }

  async #write(sightings: ErrorSighting[]): Promise<void> {
    const { store, clock, log, tell } = this.#parts;
    if (this.#left > 0) log.warn({ errors: this.#left }, "errors were not counted: too many kinds");
    this.#left = 0;
    const ids = sightings.map(() => newId("err", clock.now()));
    const noted = await store.errors.note(sightings, ids);
    tell?.(noted);
  }

  #sightingOf(error: SeenError): ErrorSighting {
    const { source, organisation, code, runId, requestId, traceId } = error;
    const { clock } = this.#parts;
    // Those of none only the platform's operators read.
    const redact = organisation === null ? this.#parts.redact : this.#parts.redact.of(organisation);
    const at = new Date(clock.now()).toISOString();
    const text = (given: string, length: number) =>
      redact.text(given).slice(0, length).replaceAll("\0", " ").toWellFormed();
    const message = text(error.message, longestMessage);
    return {
      organisation,
      fingerprint: errorFingerprint({ ...error, message }),
      source,
      code,
      title: errorTitle(message),
      count: 1,
      firstAt: at,
      example: {
        message,
        at,
        ...(runId !== undefined && { runId }),
        ...(requestId !== undefined && { requestId }),
        ...(traceId !== undefined && { traceId }),
        ...(error.stack !== undefined && { stack: text(error.stack, longestStack) }),
      },
    };
  }
}
