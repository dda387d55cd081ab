import type { AnswerKey, AnswerState, AnswerStore, CachedAnswer, Clock } from "@flotilla/core";
import { CacheCounter } from "./cache-counter.ts";
import { Flight, type Landing, type Turn } from "./flight.ts";
import { RecentAnswers } from "./recent-answers.ts";

/** How often the claims of other workers are looked at. */
const lookEveryMs = 200;
/** How often giving a claim up is tried, and the pause between. Its age ends it in any case. */
const releaseTries = 3;
const releasePauseMs = 500;

export interface Asked {
  key: AnswerKey;
  /** An answer older than this is not used. */
  ttlSeconds: number;
  signal: AbortSignal;
  /** Called at most once, when the same call is under way and is waited for. */
  onWait: () => void;
}

/**
 * The answers of a worker's model calls, and the calls that are under way.
 *
 * An asker gets the answer from memory, else from the database, else becomes one of the key's
 * flight. The flight claims the key for this worker and hands the call to one asker; the others wait.
 * Where another worker has the claim, the flight looks again and again until its answer is there or
 * the claim is free. A claim is worth as much as its worker's lease, so one that died holds nobody up,
 * and it ends with its age, so neither does one that could not be given up.
 */
export class AnswerCache {
  readonly #store: AnswerStore;
  readonly #worker: string;
  readonly #clock: Clock;
  readonly #closed: AbortSignal;
  readonly #recent = new RecentAnswers();
  readonly #flights = new Map<string, Flight>();
  readonly #counter: CacheCounter;
  #nextLook: Promise<void> | undefined;

  /** @param store waits for a database that is away, until `closed` */
  constructor(store: AnswerStore, worker: string, clock: Clock, closed: AbortSignal) {
    this.#store = store;
    this.#worker = worker;
    this.#clock = clock;
    this.#closed = closed;
    this.#counter = new CacheCounter(store, clock, closed);
  }

  /** Rejects with the signal's reason when aborted. */
  async ask({ key, ttlSeconds, signal, onWait }: Asked): Promise<Turn> {
    const turn = await this.#turn(key, ttlSeconds, signal, onWait);
    if (turn.kind === "answer") this.#counter.answered(key, turn.priced, turn.answer);
    else this.#counter.missed(key);
    return turn;
  }

  /** The answer that is there already, and nobody is waited for. */
  async find(key: AnswerKey, ttlSeconds: number): Promise<CachedAnswer | undefined> {
    const state = await this.#known(key, ttlSeconds);
    if (state.kind === "answer") this.#counter.answered(key, "cache", state.answer);
    else this.#counter.missed(key);
    return state.kind === "answer" ? state.answer : undefined;
  }

  /** Keeps an answer that came otherwise than by `ask`. */
  keep(key: AnswerKey, answer: CachedAnswer, ttlSeconds: number): void {
    this.#recent.set(idOf(key), answer);
    // What cannot be written is asked for again.
    this.#store.keep(key, answer, ttlSeconds).catch(() => undefined);
  }

  async #known(key: AnswerKey, ttlSeconds: number): Promise<AnswerState> {
    const answer = this.#recent.get(idOf(key), this.#clock.now() - ttlSeconds * 1_000);
    return answer ? { kind: "answer", answer } : this.#store.read(key, ttlSeconds);
  }

  /** The answers in memory may be gone from the database. */
  forget(): void {
    this.#recent.clear();
  }

  /** Writes what is counted. */
  close(): Promise<void> {
    return this.#counter.flush();
  }

  #turn(
    key: AnswerKey,
    ttlSeconds: number,
    signal: AbortSignal,
    onWait: () => void,
  ): Promise<Turn> {
    const answer = this.#recent.get(idOf(key), this.#clock.now() - ttlSeconds * 1_000);
    if (answer) return Promise.resolve({ kind: "answer", answer, priced: "cache" });
    const id = flightId(key, ttlSeconds);
    let flight = this.#flights.get(id);
    if (!flight) {
      flight = new Flight(key, ttlSeconds);
      this.#flights.set(id, flight);
      void this.#look(flight);
    }
    return flight.join(signal, onWait);
  }

  /** Goes on until the flight has its answer, its claim, or nobody in it. */
  async #look(flight: Flight): Promise<void> {
    const { key, ttlSeconds } = flight;
    try {
      for (;;) {
        const state = await this.#store.read(key, ttlSeconds);
        if (state.kind === "answer") return this.#arrive(flight, state.answer);
        if (flight.isEmpty) return this.#end(flight);
        if (state.kind === "none" && (await this.#store.claim(key, this.#worker, ttlSeconds))) {
          return this.#pass(flight);
        }
        flight.underWay();
        await this.#untilNextLook();
      }
    } catch (error) {
      this.#end(flight);
      flight.fail(error);
    }
  }

  /** All flights look at the same times, so that they share statements. */
  #untilNextLook(): Promise<void> {
    this.#nextLook ??= this.#clock
      .sleep(lookEveryMs, this.#closed)
      .finally(() => (this.#nextLook = undefined));
    return this.#nextLook;
  }

  #pass(flight: Flight): void {
    let landed = false;
    const passed = flight.pass((landing) => {
      if (landed) return;
      landed = true;
      this.#land(flight, landing);
    });
    if (!passed) void this.#release(flight);
  }

  #land(flight: Flight, landing: Landing): void {
    switch (landing.kind) {
      case "answer": {
        const { key, ttlSeconds } = flight;
        this.#arrive(flight, landing.answer);
        // What cannot be written must not keep the other workers waiting.
        this.#store.keep(key, landing.answer, ttlSeconds).catch(() => this.#giveUp(key));
        return;
      }
      case "unfit":
        flight.disband();
        void this.#release(flight);
        return;
      case "none":
        this.#pass(flight);
    }
  }

  #arrive(flight: Flight, answer: CachedAnswer): void {
    this.#recent.set(idOf(flight.key), answer);
    this.#end(flight);
    flight.arrive(answer);
  }

  /** Gives the claim up. Who has come meanwhile begins again. */
  async #release(flight: Flight): Promise<void> {
    await this.#giveUp(flight.key);
    if (flight.isEmpty) this.#end(flight);
    else await this.#look(flight);
  }

  /** Never rejects: the claim of a worker that closes ends with it. */
  async #giveUp(key: AnswerKey): Promise<void> {
    for (let tries = 1; !this.#closed.aborted; tries++) {
      try {
        return await this.#store.release(key, this.#worker);
      } catch {
        if (tries === releaseTries) return;
        await this.#clock.sleep(releasePauseMs, this.#closed).catch(() => undefined);
      }
    }
  }

  #end({ key, ttlSeconds }: Flight): void {
    this.#flights.delete(flightId(key, ttlSeconds));
  }
}

function idOf({ organisation, hash }: AnswerKey): string {
  return `${organisation} ${hash}`;
}

function flightId(key: AnswerKey, ttlSeconds: number): string {
  return `${idOf(key)} ${ttlSeconds}`;
}
