import {
  FlotillaError,
  type Admission,
  type CapacityAnswer,
  type CapacityDimension,
  type CapacityLimits,
  type CapacityRequest,
  type CapacityStore,
  type Clock,
  type DimensionUnits,
  type LimitSignal,
  type Log,
  type WaitCause,
} from "@flotilla/core";
import { BlockedTime } from "./blocked-time.ts";
import { HeardNews } from "./capacity-news.ts";
import { LearningWindow } from "./learning-window.ts";
import { LikelyUse } from "./likely-use.ts";
import { Slots } from "./slots.ts";
import { quietMs, tellWait } from "./tell-wait.ts";
import { addUnits, largestPart, ratesOf, refuseImpossible, usedUnits } from "./units.ts";
import { CallQueue, type WaitingCall } from "./waiting-call.ts";

/** How far ahead grants start, and how much of a rate may come at once. */
const horizonMs = 300;
const burstMs = 400;
/** A worker asks again when what it has ends this soon, but not more often than this. */
const leadMs = 150;
const betweenAsksMs = 100;
/** Slots of concurrency are lost unless they are renewed well before the demand's ten seconds. */
const renewMs = 2_500;
/** What is left over is given back once nobody has come for it. */
const idleMs = 250;
const afterErrorMs = 500;
const mostPieces = 64;
const mostCalls = 512;
/** A longer pause ends the wait: the run parks. */
const longestPauseMs = 60_000;

export interface BucketParts {
  worker: string;
  store: CapacityStore;
  clock: Clock;
  /** Milliseconds that never go back. */
  monotonic: () => number;
  /** Uniform in [0, 1). */
  random: () => number;
  log: Log;
}

/**
 * A worker's side of one bucket of provider capacity. While no limit is known of it, it lets calls
 * through (few at first) and asks nobody. Otherwise calls queue in fair order, and the bucket
 * leases starts for them from the database, a slice of the near future at a time: each start is
 * paid for in advance, so that what all workers do together never exceeds the limits.
 */
export class Bucket {
  readonly name: string;
  readonly #parts: BucketParts;
  #configured: CapacityLimits;
  readonly #queue = new CallQueue();
  readonly #slots: Slots;
  readonly #news: HeardNews;
  readonly #learning = new LearningWindow();
  readonly #likely = new LikelyUse();
  readonly #blocked: BlockedTime;
  /** Limits in force, per minute. */
  #rates: DimensionUnits;
  #concurrency: number | null;
  /** Calls this worker may have under way: null any number, undefined not asked yet. */
  #allowed: number | null | undefined;
  #share = 1;
  #underWay = 0;
  #unused: DimensionUnits = {};
  #remaining: DimensionUnits = {};
  #pausedUntil = -Infinity;
  #pausedWhy = "";
  #blockedBy: WaitCause = "requests";
  #asking = false;
  #isTelling = false;
  #askAt = -Infinity;
  #askedAt = -Infinity;
  /** Somebody else has changed it: nothing starts before it was asked for. */
  #isStale = false;
  /** The database knows of demand or slots of ours. */
  #isKnown = false;
  /** Slots of concurrency that the database counts as ours. */
  #held = 0;
  #tellAt = Infinity;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Infinity;
  #isClosed = false;

  constructor(name: string, configured: CapacityLimits, parts: BucketParts) {
    this.name = name;
    this.#parts = parts;
    this.#configured = configured;
    this.#rates = ratesOf(configured);
    this.#concurrency = configured.concurrency ?? null;
    this.#slots = new Slots(parts.monotonic);
    this.#news = new HeardNews(name, parts.random);
    this.#blocked = new BlockedTime(parts.monotonic);
  }

  admit(request: CapacityRequest): Promise<Admission> {
    const now = this.#parts.monotonic();
    const { signal, estimate } = request;
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    if (!this.#isLimited && this.#queue.size === 0 && this.#mayStartUnlimited(now)) {
      return Promise.resolve(this.#start(request, {}, {}));
    }
    try {
      refuseImpossible(this.name, estimate, this.#rates);
      this.#refuseLongPause(now);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#enqueue(request, now);
  }

  /** Another worker has heard of limits or a pause. */
  changed(): void {
    this.#isStale = true;
    this.#askAt = this.#parts.monotonic();
    this.#pump();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  get #isLimited(): boolean {
    return this.#concurrency !== null || Object.keys(this.#rates).length > 0;
  }

  #mayStartUnlimited(now: number): boolean {
    return now >= this.#pausedUntil && !this.#isStale && this.#learning.admits(this.#underWay);
  }

  #enqueue(request: CapacityRequest, now: number): Promise<Admission> {
    return new Promise((resolve, reject) => {
      const units = () => this.#likely.units(request);
      const cost = largestPart(units(), this.#rates) || 1e-9;
      const abort = () => {
        ticket.remove();
        reject(request.signal.reason as Error);
        this.#pump();
      };
      const call: WaitingCall = {
        request,
        since: now,
        waitsBefore: this.#blocked.soFar(),
        ahead: request.interactive ? 0 : this.#queue.size * cost,
        told: null,
        units,
        start(admission) {
          request.signal.removeEventListener("abort", abort);
          resolve(admission);
        },
        refuse(reason) {
          request.signal.removeEventListener("abort", abort);
          reject(reason);
        },
      };
      const ticket = this.#queue.push(call, cost);
      this.#tellAt = Math.min(this.#tellAt, now + quietMs);
      request.signal.addEventListener("abort", abort, { once: true });
      this.#pump();
    });
  }

  /** Starts what may start now, and sees to it that the rest will. */
  #pump(): void {
    if (this.#isClosed) return;
    const now = this.#parts.monotonic();
    let wakeAt = Infinity;
    let cause: WaitCause | undefined;
    while (this.#queue.size > 0) {
      const next = this.#nextStart(now);
      cause = next.cause;
      if (next.at > now) {
        wakeAt = next.at;
        break;
      }
      cause = undefined;
      const call = this.#queue.pop();
      if (!call) break;
      const units = call.units();
      if (this.#isPaced) addUnits(this.#unused, this.#slots.take());
      if (this.#isPaced) addUnits(this.#unused, units, -1);
      const waited = this.#blocked.since(call.waitsBefore);
      call.start(this.#start(call.request, this.#isPaced ? units : {}, waited));
    }
    this.#blocked.by(cause);
    if (this.#queue.size === 0) this.#tellAt = Infinity;
    if (cause && now >= this.#tellAt) {
      const told = { cause, bucket: this.name, ...this.#outlook(now) };
      this.#tellAt = tellWait(this.#queue.all(), told, now);
    }
    this.#wake(Math.min(wakeAt, this.#tellAt, this.#seeToAsking(now)));
  }

  /** Whether there are rates, so that starts are leased; concurrency alone needs none. */
  get #isPaced(): boolean {
    return Object.keys(this.#rates).length > 0;
  }

  /** When the next call may start, or Infinity when an answer or the end of a call decides. */
  #nextStart(now: number): { at: number; cause: WaitCause | undefined } {
    if (now < this.#pausedUntil) return { at: this.#pausedUntil, cause: "paused" };
    if (this.#isStale) return { at: Infinity, cause: this.#blockedBy };
    if (!this.#isLimited) {
      if (this.#learning.admits(this.#underWay)) return { at: now, cause: undefined };
      return { at: Infinity, cause: "learning" };
    }
    if (this.#allowed === undefined) return { at: Infinity, cause: this.#blockedBy };
    if (this.#isHeld) return { at: Infinity, cause: "concurrency" };
    if (!this.#isPaced) return { at: now, cause: undefined };
    const start = this.#slots.next(this.#unused);
    return {
      at: start === undefined ? Infinity : this.#slots.toOwn(start),
      cause: this.#blockedBy,
    };
  }

  /** What people are told of the time that a call has to wait. */
  #outlook(now: number): { expectedAt: (call: WaitingCall) => number | null } {
    const toWall = this.#parts.clock.now() - now;
    const isKnown = this.#isPaced || now < this.#pausedUntil;
    return {
      expectedAt: (call) => {
        if (!isKnown) return null;
        const turn = call.since + (call.ahead * 60_000) / Math.max(this.#share, 1e-3);
        return Math.round(Math.max(turn, this.#pausedUntil, now) + toWall);
      },
    };
  }

  #start(request: CapacityRequest, reserved: DimensionUnits, waited: Admission["waited"]) {
    const startedAt = this.#parts.monotonic();
    this.#underWay++;
    let isSettled = false;
    let isAnswered = false;
    const admission: Admission = {
      waited,
      heard: (signal) => {
        if (!signal.refused && !isAnswered) {
          isAnswered = true;
          this.#learning.answered();
          this.#news.answered(startedAt, this.#parts.monotonic());
        }
        this.#heard(signal, startedAt);
      },
      settle: (outcome) => {
        if (isSettled) return;
        isSettled = true;
        this.#underWay--;
        this.#likely.learn(request, outcome);
        if (this.#isPaced) {
          addUnits(this.#unused, reserved);
          addUnits(this.#unused, usedUnits(outcome, reserved), -1);
        }
        if (this.#isLimited || this.#queue.size > 0) this.#pump();
      },
    };
    return admission;
  }

  #heard(signal: LimitSignal, startedAt: number): void {
    const now = this.#parts.monotonic();
    if (signal.limits) this.#news.stated(signal.limits, this.#configured, now);
    const { requests, tokens, inputTokens, outputTokens } = signal.remaining ?? {};
    this.#noteRemaining("requests", requests);
    this.#noteRemaining("tokens", tokens);
    this.#noteRemaining("input_tokens", inputTokens);
    this.#noteRemaining("output_tokens", outputTokens);
    if (signal.refused) {
      const why = signal.overloaded
        ? "the provider is overloaded"
        : "the provider refused a call as one too many";
      const call = { startedAt, now, configured: this.#configured, why };
      const pauseMs = this.#news.refused(signal, call);
      this.#pause(now + pauseMs, why);
      this.#learning.refused();
    }
    if (!this.#news.isEmpty) void this.#tell();
    if (this.#queue.size > 0) this.#pump();
  }

  #noteRemaining(dimension: CapacityDimension, left: number | undefined): void {
    if (left === undefined || this.#rates[dimension] === undefined) return;
    this.#remaining[dimension] = Math.min(this.#remaining[dimension] ?? Infinity, left);
  }

  #pause(until: number, why: string): void {
    if (until <= this.#pausedUntil) return;
    this.#pausedUntil = until;
    this.#pausedWhy = why;
    const now = this.#parts.monotonic();
    if (until - now <= longestPauseMs) return;
    for (let call = this.#queue.pop(); call; call = this.#queue.pop()) {
      call.refuse(this.#pausedError(now));
    }
  }

  #refuseLongPause(now: number): void {
    if (this.#pausedUntil - now > longestPauseMs) throw this.#pausedError(now);
  }

  #pausedError(now: number): FlotillaError {
    const retryAfterMs = Math.ceil(this.#pausedUntil - now);
    const seconds = Math.ceil(retryAfterMs / 1_000);
    return new FlotillaError(
      "model_rate_limited",
      `${this.name} is paused for ${seconds} s: ${this.#pausedWhy}.`,
      { transient: true, retryAfterMs },
    );
  }

  /** Tells the database, and through it all workers, what was heard. */
  async #tell(): Promise<void> {
    if (this.#isTelling) return;
    this.#isTelling = true;
    this.#isStale = true;
    // What comes meanwhile goes along.
    await new Promise(setImmediate);
    for (;;) {
      const takenAt = this.#parts.monotonic();
      const news = this.#news.take(takenAt);
      if (!news) break;
      try {
        await this.#parts.store.hear(news);
      } catch (error) {
        this.#parts.log.warn({ err: error, bucket: this.name }, "limits could not be shared");
        this.#news.giveBack(news, takenAt);
        // With the next answer: the database is away.
        break;
      }
    }
    this.#isTelling = false;
    this.changed();
  }

  /** Asks the database when it is time to; returns when it will be. */
  #seeToAsking(now: number): number {
    if (this.#asking || this.#isTelling) return Infinity;
    const at = Math.max(this.#nextAsk(now), this.#askedAt + (this.#isStale ? 0 : betweenAsksMs));
    if (at > now) return at;
    void this.#ask();
    return Infinity;
  }

  #nextAsk(now: number): number {
    if (this.#isStale) return now;
    const isWaiting = this.#isLimited && this.#queue.size > 0;
    if (isWaiting && this.#allowed === undefined) return now;
    if (isWaiting && now < this.#pausedUntil) return this.#pausedUntil;
    if (isWaiting && this.#isHeld) return now;
    if (isWaiting && this.#isPaced && this.#queue.size > this.#slots.calls) {
      const isOut = this.#slots.calls === 0;
      return Math.max(this.#askAt, isOut ? now : this.#slots.toOwn(this.#slots.end) - leadMs);
    }
    if (!this.#isKnown) return Infinity;
    const isLeft = this.#held > this.#underWay || Object.keys(this.#unused).length > 0;
    return this.#askedAt + (isLeft && this.#queue.size === 0 ? idleMs : renewMs);
  }

  /** Its calls under way are as many as it may have. */
  get #isHeld(): boolean {
    return typeof this.#allowed === "number" && this.#underWay >= this.#allowed;
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    const askedAt = this.#parts.monotonic();
    this.#askedAt = askedAt;
    this.#isStale = false;
    const wants = this.#wants();
    const unused = this.#unused;
    const remaining = this.#remaining;
    this.#unused = {};
    this.#remaining = {};
    const isWaiting = this.#queue.size > 0;
    const underWay = this.#underWay;
    try {
      const answer = await this.#parts.store.lease({
        bucket: this.name,
        worker: this.#parts.worker,
        configured: this.#configured,
        unused,
        remaining,
        wants,
        waiting: this.#queue.counts(),
        underWay,
        slots: underWay + this.#queue.size,
        horizonMs,
        burstMs,
      });
      this.#take(answer, wants, askedAt);
      this.#isKnown = this.#isLimited && (isWaiting || underWay > 0);
      this.#held = answer.slots === null ? 0 : Math.max(underWay, answer.slots);
    } catch (error) {
      this.#parts.log.warn({ err: error, bucket: this.name }, "capacity could not be leased");
      addUnits(this.#unused, unused);
      this.#isStale = true;
      this.#askedAt = this.#parts.monotonic() + afterErrorMs;
    } finally {
      this.#asking = false;
    }
    this.#pump();
  }

  /** The calls to ask starts for: enough to fill the horizon, in the order they will be made. */
  #wants(): { units: DimensionUnits; calls: number }[] {
    const room =
      this.#allowed === null || this.#allowed === undefined
        ? Infinity
        : Math.max(0, this.#allowed - this.#underWay) + Math.ceil(this.#allowed * 0.3);
    const has = this.#slots.calls;
    const count = Math.min(this.#queue.size - has, mostCalls, room - has);
    if (count <= 0 || this.#parts.monotonic() < this.#pausedUntil) return [];
    const [head] = this.#queue.first(1);
    const part = head ? largestPart(head.units(), this.#rates) * 60_000 : 0;
    const filling = part > 0 ? Math.ceil((2 * (horizonMs + burstMs)) / part) + 4 : mostCalls;
    const calls = this.#queue.first(has + Math.min(count, filling)).slice(has);
    const size = Math.ceil(calls.length / mostPieces);
    const wants: { units: DimensionUnits; calls: number }[] = [];
    for (const [i, call] of calls.entries()) {
      if (i % size === 0) wants.push({ units: {}, calls: 0 });
      const want = wants.at(-1);
      if (!want) continue;
      addUnits(want.units, call.units());
      want.calls++;
    }
    return wants;
  }

  #take(answer: CapacityAnswer, wants: { units: DimensionUnits; calls: number }[], at: number) {
    this.#slots.add(answer, wants, at);
    this.#rates = answer.rates;
    this.#concurrency = answer.concurrency;
    this.#allowed = answer.slots;
    this.#share = answer.share;
    if (answer.blockedBy) this.#blockedBy = answer.blockedBy;
    // A pause of ours that the database does not have yet stands.
    if (!this.#isTelling) this.#pausedUntil = this.#news.pausedUntil;
    if (answer.pausedUntil !== null) {
      this.#pause(this.#slots.toOwn(answer.pausedUntil), answer.pausedWhy ?? "");
    }
    const next = answer.nextAsk === null ? -Infinity : this.#slots.toOwn(answer.nextAsk);
    this.#askAt = Math.max(next, this.#parts.monotonic());
    if (!this.#isPaced) this.#slots.drop(this.#unused);
  }

  #wake(at: number): void {
    if (at === this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    if (at === Infinity) return;
    const ms = Math.min(2 ** 31 - 1, Math.max(0, Math.ceil(at - this.#parts.monotonic())));
    this.#timer = setTimeout(() => {
      this.#timerAt = Infinity;
      this.#pump();
    }, ms);
  }
}
