import type { Clock, CredentialScope, CredentialUse, Log } from "@flotilla/core";
import type { Store } from "@flotilla/store";
import { BatchedWriter } from "../batched-writer.ts";

export type NewUse = Omit<CredentialUse, "at" | "uses"> & CredentialScope;

type NotedUse = CredentialUse & CredentialScope;

export interface UseLogParts {
  store: Pick<Store, "credentials">;
  clock: Clock;
  log: Log;
}

const withinMs = 2_000;
/** More wait only while the database is away; then the oldest are let go. */
const mostWaiting = 5_000;

/** Notes what credentials were used for. Written behind, uses that are alike together. */
export class UseLog {
  readonly #clock: Clock;
  readonly #writer: BatchedWriter<NotedUse>;

  constructor({ store, clock, log }: UseLogParts) {
    this.#clock = clock;
    this.#writer = new BatchedWriter({
      ...{ clock, withinMs, mostWaiting },
      write: (uses) => store.credentials.noteUses(uses),
      join: {
        keyOf: ({ at: _at, uses: _uses, ...use }) => JSON.stringify(use),
        merge: (before, newer) => ({ ...newer, uses: before.uses + newer.uses }),
      },
      onLost: () => undefined,
      onError: (error) =>
        log.warn({ reason: (error as Error).message }, "uses of credentials are written later"),
    });
  }

  note(use: NewUse): void {
    this.#writer.add({ ...use, at: new Date(this.#clock.now()).toISOString(), uses: 1 });
  }

  /** Writes what waits. What cannot be written now waits for the next time. */
  async write(): Promise<void> {
    await this.#writer.flush();
  }

  close(): Promise<void> {
    return this.#writer.close();
  }
}
