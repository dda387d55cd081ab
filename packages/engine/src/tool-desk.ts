import { hash } from "node:crypto";
import {
  addToolRuleHits,
  addToolTimes,
  canonicalJson,
  FlotillaError,
  toolRuleHit,
  toolTimeBounds,
  toolTimeBucket,
  type Clock,
  type Environment,
  type Json,
  type Label,
  type Log,
  type ToolDecision,
  type ToolInfo,
  type ToolRuleHits,
  type ToolTermsStore,
  type ToolTime,
} from "@flotilla/core";
import { WrittenSums } from "./written-sums.ts";

/** A longer wait for a turn is refused, so that the model can do something else. */
const longestTurnMs = 300_000;
/** How often a free place is looked for. */
const firstLookMs = 50;
const longestLookMs = 1_000;
/** What a call may take beyond its own time before its place is given away. */
const placeGraceMs = 15_000;

/** A call as the desk sees it. */
export interface DeskCall {
  info: ToolInfo;
  input: Json;
  organisation: string;
  environment: Environment;
  /** Of this attempt alone. */
  holder: string;
  signal: AbortSignal;
  found: Found;
}

/** What is found out about a call while it is made, beside its answer. */
export interface Found {
  /** Of what it answers; those that are kept with an answer are added. */
  labels: Set<Label>;
  /** What it cost. */
  costMicros: number;
}

/**
 * Sees to it that tools are called on their terms, over all workers together, and counts what becomes of their calls.
 * A tool without terms costs no statement: what is counted is written together, once a second.
 */
export class ToolDesk {
  readonly #store: ToolTermsStore;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #random: () => number;
  readonly #times: WrittenSums<ToolTime>;
  readonly #hits: WrittenSums<ToolRuleHits>;
  /** The last of those who wait here for a place of each group: one at a time looks for one. */
  readonly #queues = new Map<string, Promise<void>>();

  constructor(parts: { store: ToolTermsStore; clock: Clock; log: Log; random: () => number }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#random = parts.random;
    const { store, clock, log } = parts;
    this.#times = new WrittenSums({
      ...{ clock, log, what: "what became of tool calls", add: addToolTimes },
      write: (times) => store.note(times),
    });
    this.#hits = new WrittenSums({
      ...{ clock, log, what: "what tool rules decided", add: addToolRuleHits },
      write: (hits) => store.noteHits(hits),
    });
  }

  /**
   * The answer that is kept, or that of the call, once it has its turn and its place.
   *
   * @param make makes the call; asked after any wait, so it checks first whether it still may
   */
  async perform(call: DeskCall, make: () => Promise<Json>): Promise<Json> {
    const { cacheSeconds } = call.info;
    if (cacheSeconds === undefined) return this.#onTerms(call, make);
    const key = { ...placeOf(call), key: answerKey(call) };
    const kept = await this.#store.answer(key);
    if (kept) {
      kept.labels.forEach((label) => call.found.labels.add(label));
      this.#note(call, { cached: 1 });
      return kept.output as Json;
    }
    const output = await this.#onTerms(call, make);
    await this.#store.keepAnswer(key, { output, labels: [...call.found.labels] }, cacheSeconds);
    return output;
  }

  async close(): Promise<void> {
    await Promise.all([this.#times.close(), this.#hits.close()]);
  }

  /** Counts what a rule decided; what no rule did is not counted. */
  noteDecision(
    place: Pick<DeskCall, "organisation" | "environment">,
    { ruleId, effect }: Pick<ToolDecision, "ruleId" | "effect">,
  ): void {
    if (ruleId === undefined) return;
    const hit = toolRuleHit(place, ruleId, effect);
    this.#hits.note(`${hit.environment} ${ruleId}`, hit);
  }

  async #onTerms(call: DeskCall, make: () => Promise<Json>): Promise<Json> {
    const begun = performance.now();
    const leave = await this.#enter(call);
    const waitedMs = Math.round(performance.now() - begun);
    const since = performance.now();
    call.found.costMicros += call.info.costMicros ?? 0;
    try {
      const output = await make();
      this.#note(call, { calls: 1, waitedMs, tookMs: performance.now() - since });
      return output;
    } catch (error) {
      this.#note(call, { calls: 1, failed: 1, waitedMs, tookMs: performance.now() - since });
      throw error;
    } finally {
      await leave();
    }
  }

  /** Waits for a turn and for a place; what it gives leaves the place. */
  async #enter(call: DeskCall): Promise<() => Promise<void>> {
    const { rateLimit, concurrency, timeoutMs } = call.info;
    if (rateLimit) await this.#awaitTurn(call, rateLimit);
    if (!concurrency) return async () => undefined;
    const group = { organisation: call.organisation, group: concurrency.group };
    const forMs = timeoutMs + placeGraceMs;
    await this.#inLine(`${group.organisation} ${group.group}`, () =>
      this.#awaitPlace(call, () =>
        this.#store.takePlace(group, concurrency.most, call.holder, forMs),
      ),
    );
    return () =>
      this.#store.leavePlace(group, call.holder).catch((err: unknown) => {
        this.#log.warn({ err, ...group }, "a place is left to run out");
      });
  }

  async #awaitTurn(
    { info, organisation, signal }: DeskCall,
    rate: NonNullable<ToolInfo["rateLimit"]>,
  ): Promise<void> {
    const turn = await this.#store.takeTurn({ organisation, tool: info.name }, rate, longestTurnMs);
    if (!turn) {
      throw new FlotillaError(
        "tool_unavailable",
        `${info.name} is called ${rate.calls} times in ${rate.perSeconds} s at most, and too many wait for their turn.`,
        { transient: true, retryAfterMs: longestTurnMs },
      );
    }
    if (turn.waitMs > 0) await this.#clock.sleep(turn.waitMs, signal);
  }

  async #awaitPlace({ signal }: DeskCall, take: () => Promise<boolean>): Promise<void> {
    for (let looks = 0; !(await take()); looks++) {
      const most = Math.min(longestLookMs, firstLookMs * 2 ** looks);
      await this.#clock.sleep(most * (0.5 + this.#random() / 2), signal);
    }
  }

  /** One after the other, in the order in which they came. */
  async #inLine(key: string, work: () => Promise<void>): Promise<void> {
    const before = this.#queues.get(key) ?? Promise.resolve();
    const mine = before.then(work);
    const settled = mine.catch(() => undefined);
    this.#queues.set(key, settled);
    await mine.finally(() => this.#queues.get(key) === settled && this.#queues.delete(key));
  }

  #note(call: DeskCall, seen: Partial<ToolTime>): void {
    const { tookMs, calls = 0 } = seen;
    const buckets: number[] = Array.from({ length: toolTimeBounds.length + 1 }, () => 0);
    if (tookMs !== undefined) buckets[toolTimeBucket(tookMs)] = 1;
    const time: ToolTime = {
      ...placeOf(call),
      ...{ tool: call.info.name, calls, failed: 0, cached: 0, waitedMs: 0, ...seen },
      tookMs: Math.round(tookMs ?? 0),
      costMicros: calls * (call.info.costMicros ?? 0),
      buckets,
    };
    this.#times.note(`${time.organisation} ${time.environment} ${time.tool}`, time);
  }
}

function placeOf({ organisation, environment }: DeskCall) {
  return { organisation, environment };
}

/** Of the tool as it is now: one that reads otherwise answers anew. */
function answerKey({ info, input }: DeskCall): string {
  const { name, description, output } = info;
  return hash("sha256", canonicalJson([name, description, output, input]));
}
