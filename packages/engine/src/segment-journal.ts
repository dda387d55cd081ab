import {
  askedInterrupts,
  chargeOf,
  fold,
  reduce,
  toFlotillaError,
  type Append,
  type Appended,
  type AskedInterrupt,
  type Charge,
  type ClaimedRun,
  type Clock,
  type EventData,
  type FlotillaError,
  type InterruptSettings,
  type JournalPort,
  type OutsideEvent,
  type RedactPort,
  type Run,
} from "@flotilla/core";

interface Waiting {
  events: EventData[];
  charges: Charge[];
  asked: AskedInterrupt[];
  dropDeltasAfter: number | undefined;
  outside: number[];
  settled: (() => void)[];
  resolve: () => void;
  reject: (error: FlotillaError) => void;
}

/**
 * A run's journal as the segment that owns it sees it: the folded state, and appends with
 * sequence numbers given in order. At most one append is under way; what comes meanwhile goes
 * together with the next. The state runs ahead of the database by what is staged, so nothing may
 * act on it before `commit` resolves.
 *
 * Known secrets are taken out of every event on its way in.
 *
 * After a rejected append (`fenced`, or a closing worker) the state is void and every
 * later commit rejects too.
 */
export class SegmentJournal {
  run: Run;
  readonly epoch: number;
  cancelRequested: boolean;
  /** When those are reminded whom the run asks. */
  interrupts: InterruptSettings | undefined;
  /** Messages of other agents lie for the run. */
  hasMail: boolean;
  /** Somebody wants the run to pause at its next step. */
  pauseRequested: boolean;
  /** Events from outside wait to be taken in. */
  hasOutside: boolean;
  readonly #journal: JournalPort;
  readonly #clock: Clock;
  readonly #redact: RedactPort;
  #staged: EventData[] = [];
  #charges: Charge[] = [];
  #asked: AskedInterrupt[] = [];
  #settled: (() => void)[] = [];
  #dropDeltasAfter: number | undefined;
  #outside: number[] = [];
  /** The state without the run's completion, which may be held back. */
  #beforeEnd: Run | undefined;
  #queue: Waiting[] = [];
  #nextSeq: number;
  #active = false;
  #broken: FlotillaError | undefined;

  constructor(claimed: ClaimedRun, journal: JournalPort, clock: Clock, redact: RedactPort) {
    this.run = fold(claimed.events);
    this.epoch = claimed.epoch;
    this.cancelRequested = claimed.cancelRequested;
    this.hasMail = claimed.hasMail;
    this.pauseRequested = claimed.pauseRequested;
    this.hasOutside = claimed.hasOutside;
    this.#journal = journal;
    this.#clock = clock;
    this.#redact = redact.of(this.run.organisation);
    this.#nextSeq = this.run.seq + 1;
  }

  /** Whether an append was rejected. */
  get broken(): boolean {
    return this.#broken !== undefined;
  }

  /** Folds events in now; they are written with the next commit. */
  stage(...events: EventData[]): void {
    const at = new Date(this.#clock.now()).toISOString();
    for (const event of events) {
      const data = this.#redact.json(event);
      const { run } = this;
      this.run = reduce(run, { runId: run.runId, seq: this.#nextSeq, at, ...data });
      this.#nextSeq += 1;
      const charge = chargeOf(run, data);
      if (charge) this.#charges.push(charge);
      if (data.type === "run.waiting") {
        this.#asked.push(...askedInterrupts(this.run, this.interrupts));
      }
      if (event.type === "run.completed") this.#beforeEnd = run;
      this.#staged.push(data);
    }
  }

  /** Folds an event from outside in; with the next commit it waits no longer. Throws `illegal_transition`. */
  stageOutside({ id, event }: OutsideEvent): void {
    this.stage(event);
    this.#outside.push(id);
  }

  /** Deltas after this sequence number are deleted with the next commit: their attempt is over. */
  dropDeltas(afterSeq: number): void {
    this.#dropDeltasAfter = Math.min(afterSeq, this.#dropDeltasAfter ?? afterSeq);
  }

  /** Called when what is staged by the next commit is in the journal, or never will be. */
  whenSettled(callback: () => void): void {
    this.#settled.push(callback);
  }

  /** The segment is over: what was staged and not committed never will be. */
  abandon(): void {
    callAll(this.#settled.splice(0));
  }

  /**
   * Resolves once the given events and everything staged before are in the journal; but a run does not complete while
   * events from outside wait for it: then it is running as before, and `hasOutside`.
   */
  commit(...events: EventData[]): Promise<void> {
    this.stage(...events);
    if (this.#staged.length === 0 && !this.#active && this.#broken === undefined) {
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const dropDeltasAfter = this.#dropDeltasAfter;
      const staged = {
        events: this.#staged,
        charges: this.#charges,
        asked: this.#asked,
        outside: this.#outside.splice(0),
        settled: this.#settled,
      };
      this.#queue.push({ ...staged, dropDeltasAfter, resolve, reject });
      this.#staged = [];
      this.#charges = [];
      this.#asked = [];
      this.#settled = [];
      this.#dropDeltasAfter = undefined;
      if (!this.#active) void this.#pump();
    });
  }

  async #pump(): Promise<void> {
    this.#active = true;
    while (this.#queue.length > 0) {
      const taken = this.#take();
      try {
        if (this.#broken !== undefined) throw this.#broken;
        await this.#append(taken);
        for (const one of taken) one.resolve();
      } catch (error) {
        this.#broken = toFlotillaError(error);
        for (const one of taken) one.reject(this.#broken);
      }
      for (const one of taken) callAll(one.settled);
    }
    this.#active = false;
  }

  /** What goes together: a statement that drops deltas cannot drop those that it inserts itself. */
  #take(): Waiting[] {
    const drops = this.#queue.findIndex((one) => one.dropDeltasAfter !== undefined);
    const before = this.#queue.slice(0, Math.max(0, drops));
    const hasDeltas = before.some(({ events }) => events.some(({ type }) => type === "step.delta"));
    return this.#queue.splice(0, hasDeltas ? drops : this.#queue.length);
  }

  async #append(taken: Waiting[]): Promise<void> {
    const events = taken.flatMap((one) => one.events);
    const charges = taken.flatMap((one) => one.charges);
    const asked = taken.flatMap((one) => one.asked);
    const outside = taken.flatMap((one) => one.outside);
    const dropAfter = taken.map((one) => one.dropDeltasAfter).filter((seq) => seq !== undefined);
    const rest = {
      ...(charges.length > 0 && { charges }),
      ...(asked.length > 0 && { asked }),
      ...(outside.length > 0 && { outside }),
      ...(dropAfter.length > 0 && { dropDeltasAfter: Math.min(...dropAfter) }),
    };
    const { held } = await this.#write(events, rest);
    if (held && this.#beforeEnd) {
      this.run = this.#beforeEnd;
      this.#nextSeq -= 1;
      await this.#write(events.slice(0, -1), rest);
    }
  }

  async #write(
    events: EventData[],
    rest: Pick<Append, "charges" | "asked" | "outside" | "dropDeltasAfter">,
  ): Promise<Partial<Appended>> {
    if (events.length === 0) return {};
    const appended = await this.#journal.append({
      runId: this.run.runId,
      epoch: this.epoch,
      seq: this.#committed() - events.length,
      events,
      ...rest,
    });
    if (appended.cancelRequested) this.cancelRequested = true;
    if (appended.pauseRequested) this.pauseRequested = true;
    if (appended.hasOutside) this.hasOutside = true;
    if (appended.hasMail) this.hasMail = true;
    return appended;
  }

  /** The sequence number after everything taken so far: staged and queued events come later. */
  #committed(): number {
    const later = this.#queue.reduce((sum, one) => sum + one.events.length, this.#staged.length);
    return this.#nextSeq - later;
  }
}

function callAll(callbacks: (() => void)[]): void {
  for (const call of callbacks) call();
}
