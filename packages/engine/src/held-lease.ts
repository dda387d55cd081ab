import { FlotillaError, type Clock, type JournalPort } from "@flotilla/core";

/** A part of the lease, so that another worker's clock and this one's need not agree. */
const trustMs = 4_000;
const pauseMs = 200;

/**
 * Whether this worker still holds its lease, so that its segments may act on the outside. A
 * renewal is believed for a part of the lease, counted from before it was sent. After that (the
 * process was frozen, the database was away) it has to be renewed before anything is done.
 */
export class HeldLease {
  /** Never true again once it is false. */
  isHeld = true;
  readonly #renew: () => Promise<boolean>;
  readonly #clock: Clock;
  readonly #closed: AbortSignal;
  #trustedUntil = performance.now() + trustMs;
  #renewing: Promise<boolean> | undefined;

  /** @param renew false: another worker has taken this one's runs over */
  constructor(renew: () => Promise<boolean>, clock: Clock, closed: AbortSignal) {
    this.#renew = renew;
    this.#clock = clock;
    this.#closed = closed;
  }

  /** Throws while the database is away. */
  renew(): Promise<boolean> {
    this.#renewing ??= this.#ask().finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }

  /** Resolves while the lease is held, throws `fenced` once it is lost; waits for the database. */
  async hold(): Promise<void> {
    while (this.isHeld && performance.now() >= this.#trustedUntil) {
      const answer = await this.renew().catch(() => undefined);
      if (answer === undefined) await this.#clock.sleep(pauseMs, this.#closed);
    }
    if (!this.isHeld) throw new FlotillaError("fenced", "This worker has lost its lease.");
  }

  async #ask(): Promise<boolean> {
    const sentAt = performance.now();
    const held = await this.#renew();
    this.#trustedUntil = sentAt + trustMs;
    this.isHeld &&= held;
    return this.isHeld;
  }
}

/** The journal as segments see it: an append resolves only while the worker holds its lease. */
export function whileHeld(journal: JournalPort, lease: HeldLease): JournalPort {
  return {
    read: journal.read,
    async append(append) {
      const appended = await journal.append(append);
      await lease.hold();
      return appended;
    },
  };
}
