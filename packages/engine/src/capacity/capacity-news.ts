import {
  backoffMs,
  type CapacityLimits,
  type CapacityNews,
  type LimitSignal,
} from "@flotilla/core";

const shortestPauseMs = 250;
const longestOwnPauseMs = 30_000;
/** Answers are counted over so long before a refusal. */
const observedMs = 10_000;

/** What providers say of one bucket, gathered until it can be told to the database. */
export class HeardNews {
  readonly #bucket: string;
  readonly #random: () => number;
  /** As they were told last. */
  readonly #known: CapacityLimits = {};
  #news: CapacityNews | undefined;
  #pause: { until: number; why: string | null } | undefined;
  #strikes = 0;
  #struckAt = -Infinity;
  #limitsAt = Infinity;
  #answers: number[] = [];
  #firstAt = Infinity;

  constructor(bucket: string, random: () => number) {
    this.#bucket = bucket;
    this.#random = random;
  }

  /** What is to be told; undefined: nothing new. Each piece is given once. */
  take(now: number): CapacityNews | undefined {
    const news = this.#news;
    const pause = this.#pause;
    this.#news = undefined;
    this.#pause = undefined;
    if (!news || !pause || pause.until <= now) return news;
    return { ...news, pauseMs: pause.until - now, why: pause.why };
  }

  /** The database could not be told what was taken at `takenAt`: what stays true is told next. */
  giveBack({ limits, refused, pauseMs, why }: CapacityNews, takenAt: number): void {
    const news = this.#open();
    news.limits = { ...limits, ...news.limits };
    news.refused += refused;
    if (pauseMs !== null) this.#paused(takenAt + pauseMs, why);
  }

  /** When the pause ends that is still to be told; -Infinity: there is none. */
  get pausedUntil(): number {
    return this.#pause?.until ?? -Infinity;
  }

  get isEmpty(): boolean {
    return this.#news === undefined;
  }

  /** A call began to be answered at `now`. */
  answered(startedAt: number, now: number): void {
    if (startedAt > this.#struckAt) this.#strikes = 0;
    this.#firstAt = Math.min(this.#firstAt, startedAt);
    this.#answers.push(now);
    if (this.#answers.length > 10_000) this.#answers.splice(0, 5_000);
  }

  /** Limits the provider states, but for those that are configured. */
  stated(limits: CapacityLimits, configured: CapacityLimits, now: number): void {
    const changed: CapacityLimits = {};
    for (const name of Object.keys(limits) as (keyof CapacityLimits)[]) {
      const limit = limits[name];
      if (limit === undefined || configured[name] !== undefined) continue;
      if (this.#known[name] === limit) continue;
      this.#known[name] = limit;
      changed[name] = limit;
    }
    if (Object.keys(changed).length === 0) return;
    this.#limitsAt = Math.min(this.#limitsAt, now);
    const news = this.#open();
    news.limits = { ...news.limits, ...changed };
  }

  /**
   * A call was refused. Returns how long everyone is to wait: as the provider asks, or by our own
   * back-off, which grows while nothing is answered.
   */
  refused(
    signal: LimitSignal,
    call: { startedAt: number; now: number; configured: CapacityLimits; why: string },
  ): number {
    const { startedAt, now, configured } = call;
    if (startedAt > this.#struckAt) {
      this.#strikes++;
      this.#struckAt = now;
    }
    const own = backoffMs(this.#strikes, shortestPauseMs, longestOwnPauseMs, this.#random);
    const pauseMs = signal.pauseMs ?? shortestPauseMs + own;
    const news = this.#open();
    news.refused++;
    this.#paused(now + pauseMs, call.why);
    // Calls from before the limits were known prove nothing against them.
    const isUnderstood =
      configured.requestsPerMinute !== undefined ||
      (this.#limitsAt < Infinity && startedAt <= this.#limitsAt);
    if (!signal.overloaded && !isUnderstood) news.observed = this.#observed(now);
    return pauseMs;
  }

  #paused(until: number, why: string | null): void {
    if (until > this.pausedUntil) this.#pause = { until, why };
  }

  /** Answered requests a minute, lately. */
  #observed(now: number): number {
    const since = Math.max(this.#firstAt, now - observedMs);
    const answers = this.#answers.filter((at) => at >= since).length;
    return (Math.max(1, answers) / Math.max(1_000, now - since)) * 60_000;
  }

  #open(): CapacityNews {
    this.#news ??= {
      bucket: this.#bucket,
      limits: {},
      observed: null,
      pauseMs: null,
      why: null,
      refused: 0,
    };
    return this.#news;
  }
}
