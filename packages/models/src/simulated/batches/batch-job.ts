import { hash, randomUUID } from "node:crypto";

/** How batches go in a simulator. */
export interface BatchPace {
  /** From the creation of a batch to its end. */
  batchMs: number;
  /** When a batch expires; calls that are not answered by then never are. */
  batchExpiryMs: number;
}

/** What became of a call: an answer with its HTTP status, or why there is none. */
export type CallOutcome =
  | { kind: "answered"; status: number; body: unknown }
  | { kind: "expired" }
  | { kind: "cancelled" };

interface BatchJobCall {
  customId: string;
  body: unknown;
  outcome: CallOutcome | undefined;
}

/** Answers one call. Never throws. */
export type AnswerCall = (
  call: { customId: string; body: unknown },
  job: BatchJob,
) => Promise<{ status: number; body: unknown }>;

/** The middle part of a batch's time, in which its calls are answered one after the other. */
const answering = { from: 0.1, to: 0.9 };

/**
 * A batch at the provider, in either API. It has no timer: whoever looks at it first brings
 * it to the present, and its calls are then answered as they were due.
 */
export class BatchJob {
  readonly id: string;
  /** The key that may see it. */
  readonly owner: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly calls: readonly BatchJobCall[];
  readonly #pace: BatchPace;
  readonly #answer: AnswerCall;
  #cancelledAt: number | undefined;
  #catchingUp: Promise<void> = Promise.resolve();

  constructor(
    prefix: string,
    owner: string,
    calls: readonly { customId: string; body: unknown }[],
    pace: BatchPace,
    answer: AnswerCall,
    now = Date.now(),
  ) {
    this.id = `${prefix}_${randomUUID().replaceAll("-", "")}`;
    this.owner = owner;
    this.createdAt = now;
    this.expiresAt = now + pace.batchExpiryMs;
    this.calls = calls.map(({ customId, body }) => ({ customId, body, outcome: undefined }));
    this.#pace = pace;
    this.#answer = answer;
  }

  get cancelledAt(): number | undefined {
    return this.#cancelledAt;
  }

  /** When it ends, or has ended. */
  get endsAt(): number {
    const planned = Math.min(this.createdAt + this.#pace.batchMs, this.expiresAt);
    return Math.min(planned, this.#cancelledAt ?? Infinity);
  }

  /** When its calls begin to be answered. */
  get beginsAt(): number {
    return this.createdAt + this.#pace.batchMs * answering.from;
  }

  /** When the last call was answered and results are written. */
  get finalisesAt(): number {
    return this.createdAt + this.#pace.batchMs * answering.to;
  }

  get isExpired(): boolean {
    return this.calls.some(({ outcome }) => outcome?.kind === "expired");
  }

  /** The calls with an outcome, in an order of their own, as real results have. */
  results(): (BatchJobCall & { outcome: CallOutcome })[] {
    return this.calls
      .flatMap((call) => (call.outcome ? [{ ...call, outcome: call.outcome }] : []))
      .map((call) => ({ call, order: hash("sha1", call.customId) }))
      .toSorted((a, b) => (a.order < b.order ? -1 : 1))
      .map(({ call }) => call);
  }

  /** How many calls have each outcome; answers by whether their status is 2xx. */
  counts() {
    const counts = { open: 0, succeeded: 0, errored: 0, expired: 0, cancelled: 0 };
    for (const { outcome } of this.calls) {
      if (!outcome) counts.open++;
      else if (outcome.kind === "answered")
        counts[outcome.status < 300 ? "succeeded" : "errored"]++;
      else counts[outcome.kind]++;
    }
    return counts;
  }

  /** Answers what was due by then. One that is under way is waited for. */
  catchUp(now: number): Promise<void> {
    this.#catchingUp = this.#catchingUp.then(() => this.#advance(now));
    return this.#catchingUp;
  }

  /** What is answered by then stays; the rest never is. Returns false when it has ended already. */
  async cancel(now: number): Promise<boolean> {
    await this.catchUp(now);
    if (now >= this.endsAt) return false;
    this.#cancelledAt = now;
    for (const call of this.calls) call.outcome ??= { kind: "cancelled" };
    return true;
  }

  async #advance(now: number): Promise<void> {
    for (const [index, call] of this.calls.entries()) {
      if (call.outcome || this.#dueAt(index) > Math.min(now, this.expiresAt)) continue;
      call.outcome = { kind: "answered", ...(await this.#answer(call, this)) };
    }
    if (now < this.expiresAt) return;
    for (const call of this.calls) call.outcome ??= { kind: "expired" };
  }

  #dueAt(index: number): number {
    const { batchMs } = this.#pace;
    const share = (index + 1) / this.calls.length;
    return this.createdAt + batchMs * (answering.from + share * (answering.to - answering.from));
  }
}
