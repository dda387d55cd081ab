import type { CapacityAnswer, DimensionUnits } from "@flotilla/core";
import { addUnits } from "./units.ts";

/** A start that comes later than this is not made up for: others may have been given the time. */
const graceMs = 150;
/** Clocks of two machines hardly part faster than this. */
const drift = 2e-4;

interface Slot {
  /** Database time. */
  start: number;
  /** Of each of its calls. */
  units: DimensionUnits;
  calls: number;
}

/** The starts that were leased from the database and not used yet, and the time there. */
export class Slots {
  readonly #monotonic: () => number;
  #slots: Slot[] = [];
  #calls = 0;
  /** Database time minus our own, at least. */
  #offset = -Infinity;
  #offsetAt = 0;

  /** @param monotonic milliseconds that never go back */
  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** Calls that may start, now or later. */
  get calls(): number {
    return this.#calls;
  }

  /** When the last of them may, in database time. */
  get end(): number {
    return this.#slots.at(-1)?.start ?? -Infinity;
  }

  /** The database's time is this or later. */
  now(): number {
    const own = this.#monotonic();
    return own + this.#offset - (own - this.#offsetAt) * drift;
  }

  /** Database time as our own monotonic time. */
  toOwn(databaseMs: number): number {
    return this.#monotonic() + databaseMs - this.now();
  }

  /**
   * Takes what was answered to `wants` into account.
   *
   * @param askedAt our own time, before it was asked
   */
  add(
    answer: CapacityAnswer,
    wants: { units: DimensionUnits; calls: number }[],
    askedAt: number,
  ): void {
    this.#setTime(answer.now, askedAt);
    for (const [i, start] of answer.starts.entries()) {
      const { units, calls = 0 } = wants[i] ?? {};
      if (calls === 0) continue;
      const each: DimensionUnits = {};
      addUnits(each, units ?? {}, 1 / calls);
      this.#slots.push({ start, units: each, calls });
      this.#calls += calls;
    }
  }

  /** The answer was written at that time; it may have been long on its way. */
  #setTime(databaseNow: number, askedAt: number): void {
    const own = this.#monotonic();
    // Earlier than it was when we asked: that clock was set back.
    const wasSetBack = databaseNow < askedAt + this.now() - own - 1;
    if (!wasSetBack && databaseNow < this.now()) return;
    this.#offset = databaseNow - own;
    this.#offsetAt = own;
  }

  /** When the next call may start; those whose time is over are given back to `unused`. */
  next(unused: DimensionUnits): number | undefined {
    const now = this.now();
    for (let slot = this.#slots[0]; slot; slot = this.#slots[0]) {
      if (slot.start + graceMs >= now) return slot.start;
      this.#slots.shift();
      this.#calls -= slot.calls;
      addUnits(unused, slot.units, slot.calls);
    }
    return undefined;
  }

  /** Uses the next start; what it had for the call is returned. */
  take(): DimensionUnits {
    const slot = this.#slots[0];
    if (!slot) return {};
    slot.calls--;
    this.#calls--;
    if (slot.calls === 0) this.#slots.shift();
    return slot.units;
  }

  /** Gives all of them back to `unused`. */
  drop(unused: DimensionUnits): void {
    for (const { units, calls } of this.#slots) addUnits(unused, units, calls);
    this.#slots = [];
    this.#calls = 0;
  }
}
