import type { BudgetAsk, BudgetLease } from "@flotilla/core";

/** A lease that was not renewed for so long is not relied on; the database keeps it longer. */
const trustedMs = 10_000;
/** A lease is renewed at least so often while something is spent. */
const renewMs = 2_000;
/** So long a budget counts as spent before it is looked at again. */
const spentMs = 1_000;
/** Of a lease; with less room the next one is asked for. */
const lowRoom = 0.5;
/** Calls as dear as the dearest lately that a lease should have room for. */
const callsAhead = 4;

/**
 * What one worker may spend of one budget, and what it does with it. An amount is open while its call is
 * under way, then not yet kept until its charge is committed, then kept until the next lease,
 * which counts it among what is spent. Only then it takes no room any more.
 */
export class BudgetAccount {
  readonly id: string;
  /** What the last answer said; undefined before the first one. */
  state: BudgetLease | undefined;
  /** There is no such budget (any more). */
  isGone = false;
  /** Calls that it has no room for. */
  #wanted: number[] = [];
  #lease = 0;
  #open = 0;
  #unkept = 0;
  #kept = 0;
  #keptWhenAsked = 0;
  #admitted = 0;
  #dearest = 0;
  #renewedAt = Number.NEGATIVE_INFINITY;

  constructor(id: string) {
    this.id = id;
  }

  /** As far as was heard just now: a budget can be raised, and a period ends. */
  isSpent(now: number): boolean {
    return this.#isOver() && now - this.#renewedAt < spentMs;
  }

  /**
   * Whether a call would have room only when calls at providers' batch endpoints have ended, as far as was heard just
   * now. Nobody waits for that in memory.
   */
  isHeld(micros: number, now: number): boolean {
    if (!this.state || now - this.#renewedAt >= spentMs) return false;
    const { limitMicros, spentMicros, heldMicros } = this.state;
    const isFree = micros <= limitMicros - spentMicros - heldMicros;
    return heldMicros > 0 && !isFree && !this.fits(micros, now);
  }

  /** Nothing is under way, waited for or leased: it can be forgotten. */
  get isIdle(): boolean {
    return this.#lease === 0 && this.#used() === 0 && this.#wanted.length === 0;
  }

  fits(micros: number, now: number): boolean {
    if (this.isGone) return true;
    if (!this.state || this.#isOver() || now - this.#renewedAt > trustedMs) return false;
    return this.#lease - this.#used() >= micros;
  }

  /** A call waits for room. */
  want(micros: number): void {
    this.#wanted.push(micros);
  }

  /** Forgets which calls wait; they are asked again. */
  unwant(): void {
    this.#wanted = [];
  }

  open(micros: number): void {
    this.#open += micros;
    this.#admitted += micros;
    this.#dearest = Math.max(micros, this.#dearest * 0.9);
  }

  settle(reserved: number, micros: number): void {
    this.#open -= reserved;
    this.#unkept += micros;
  }

  keep(micros: number): void {
    this.#unkept -= micros;
    this.#kept += micros;
  }

  /**
   * What to ask for now; undefined when the lease can stay. With calls that wait, all room is given
   * back first, so that nothing is held that does not suffice: nothing fits until the answer is here.
   */
  ask(now: number): BudgetAsk | undefined {
    const [next] = this.#wanted;
    const busy = this.#open + this.#unkept;
    const age = now - this.#renewedAt;
    const room = this.#lease - this.#used();
    if (next === undefined) {
      const isLow = room < this.#lease * lowRoom;
      if (this.isIdle || (age < renewMs && !(isLow && this.#admitted > 0))) return undefined;
    }
    this.#keptWhenAsked = this.#kept;
    const ahead = Math.ceil(Math.max(callsAhead * this.#dearest, 2 * this.#admitted));
    const isResting = busy === 0 && this.#admitted === 0;
    this.#admitted = 0;
    if (next === undefined && !isResting) {
      const holdMicros = busy + Math.max(0, room);
      return this.#asking(holdMicros, holdMicros, Math.max(holdMicros, busy + ahead));
    }
    this.#lease = this.#used();
    if (next === undefined) return this.#asking(busy, busy, busy);
    const all = this.#wanted.reduce((sum, one) => sum + one, 0);
    return this.#asking(busy, busy + next, busy + Math.max(all, next) + ahead);
  }

  #asking(holdMicros: number, needMicros: number, wantMicros: number): BudgetAsk {
    return { budgetId: this.id, holdMicros, needMicros, wantMicros };
  }

  /** The answer to `ask`; undefined: there is no such budget. */
  take(answer: BudgetLease | undefined, now: number): void {
    this.#kept -= this.#keptWhenAsked;
    this.#keptWhenAsked = 0;
    this.#renewedAt = now;
    this.isGone = answer === undefined;
    this.state = answer;
    this.#lease = answer?.leaseMicros ?? 0;
  }

  #isOver(): boolean {
    return this.state !== undefined && this.state.spentMicros >= this.state.limitMicros;
  }

  #used(): number {
    return this.#open + this.#unkept + this.#kept;
  }
}
