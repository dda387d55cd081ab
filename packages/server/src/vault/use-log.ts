import type { Clock, CredentialScope, CredentialUse, Log } from "@flotilla/core";
import type { Store } from "@flotilla/store";

export type NewUse = Omit<CredentialUse, "at" | "uses"> & CredentialScope;

export interface UseLogParts {
  store: Pick<Store, "credentials">;
  clock: Clock;
  log: Log;
}

const writeEveryMs = 2_000;
/** More wait only while the database is away; then the oldest are let go. */
const mostWaiting = 5_000;
const keptDays = 90;
const cleanEveryMs = 3_600_000;

/** Notes what credentials were used for. Written behind, uses that are alike together. */
export class UseLog {
  readonly #parts: UseLogParts;
  #waiting = new Map<string, NewUse & { at: string; uses: number }>();
  readonly #writing: NodeJS.Timeout;
  readonly #cleaning: NodeJS.Timeout;

  constructor(parts: UseLogParts) {
    this.#parts = parts;
    this.#writing = setInterval(() => void this.write(), writeEveryMs).unref();
    this.#cleaning = setInterval(() => void this.#clean(), cleanEveryMs).unref();
  }

  note(use: NewUse): void {
    const key = JSON.stringify(use);
    const at = new Date(this.#parts.clock.now()).toISOString();
    const known = this.#waiting.get(key);
    this.#waiting.set(key, { ...use, at, uses: (known?.uses ?? 0) + 1 });
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size > mostWaiting && oldest !== undefined) this.#waiting.delete(oldest);
  }

  /** Writes what waits. What cannot be written now waits for the next time. */
  async write(): Promise<void> {
    if (this.#waiting.size === 0) return;
    const taken = this.#waiting;
    this.#waiting = new Map();
    try {
      await this.#parts.store.credentials.noteUses([...taken.values()]);
    } catch (error) {
      const { message } = error as Error;
      this.#parts.log.warn({ reason: message }, "uses of credentials are written later");
      this.#waiting = new Map([...taken, ...this.#waiting]);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#writing);
    clearInterval(this.#cleaning);
    await this.write();
  }

  async #clean(): Promise<void> {
    await this.#parts.store.credentials.forgetOldUses(keptDays).catch(() => undefined);
  }
}
