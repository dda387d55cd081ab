import { hash } from "node:crypto";
import {
  errorKey,
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
import type { Store } from "@flotilla/store";

export interface ErrorBookParts {
  store: { errors: Pick<Store["errors"], "note"> };
  clock: Clock;
  log: Log;
  redact: Pick<RedactPort, "of" | "text">;
  /** Told of groups after each write. */
  tell?: (noted: NotedErrors[]) => void;
}

const everyMs = 1_000;
/** Groups that wait to be written at most; of further ones it is only known that there were some. */
const mostWaiting = 1_000;
const longestMessage = 2_000;
const longestStack = 8_000;

/**
 * Groups errors by what is the same about them and writes what was seen, once a second at most, in one
 * statement. While the database is away the groups wait, and go on being counted.
 */
export class ErrorBook implements ErrorSink {
  readonly #parts: ErrorBookParts;
  readonly #closed = new AbortController();
  #waiting = new Map<string, ErrorSighting>();
  #left = 0;
  #loop: Promise<void> | undefined;

  constructor(parts: ErrorBookParts) {
    this.#parts = parts;
  }

  take(error: SeenError): void {
    const sighting = this.#sightingOf(error);
    const key = `${sighting.organisation ?? ""} ${sighting.fingerprint}`;
    if (!this.#waiting.has(key) && this.#waiting.size >= mostWaiting) this.#left += 1;
    else this.#waiting.set(key, merged(this.#waiting.get(key), sighting));
    this.#loop ??= this.#run();
  }

  /** Writes what waits; what cannot be written is lost. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#loop;
    await this.#flush();
  }

  async #run(): Promise<void> {
    const { clock } = this.#parts;
    while (this.#waiting.size > 0 && !this.#closed.signal.aborted) {
      await clock.sleep(everyMs, this.#closed.signal).catch(() => undefined);
      await this.#flush();
    }
    this.#loop = undefined;
  }

  async #flush(): Promise<void> {
    const { store, clock, log, tell } = this.#parts;
    const batch = this.#waiting;
    if (batch.size === 0) return;
    this.#waiting = new Map();
    if (this.#left > 0) log.warn({ errors: this.#left }, "errors were not counted: too many kinds");
    this.#left = 0;
    try {
      const sightings = [...batch.values()];
      const ids = sightings.map(() => newId("err", clock.now()));
      const noted = await store.errors.note(sightings, ids);
      tell?.(noted);
    } catch (error) {
      log.warn({ err: error }, "errors could not be written; it is tried again");
      const newer = this.#waiting;
      this.#waiting = batch;
      for (const [key, sighting] of newer) batch.set(key, merged(batch.get(key), sighting));
    }
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
      fingerprint: hash("sha256", errorKey({ ...error, message })).slice(0, 32),
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

function merged(before: ErrorSighting | undefined, { count, ...newer }: ErrorSighting) {
  if (!before) return { ...newer, count };
  return { ...newer, count: before.count + count, firstAt: before.firstAt };
}
