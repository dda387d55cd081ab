import {
  afterToolCalls,
  bothToolTallies,
  breakerSettings,
  breakerState,
  FlotillaError,
  HealthBook,
  newTool,
  toolKey,
  type Clock,
  type ErrorCode,
  type Log,
  type ToolHealth,
  type ToolHealthStore,
  type ToolPort,
  type ToolTally,
} from "@flotilla/core";

type Place = Pick<ToolHealth, "organisation" | "tool">;

const emptyTally: ToolTally = {
  answered: 0,
  failed: 0,
  failuresInARow: 0,
  lastFailure: null,
  meanMs: null,
};

export interface ToolBreakersParts {
  store: ToolHealthStore;
  tools: Pick<ToolPort, "get">;
  clock: Clock;
  log: Log;
}

/**
 * A breaker for each tool of each organisation, shared by all workers: after five failures in a row (`breaksAfter`)
 * that are the tool's own fault its calls are refused for a while, then one at a time is let through to find out
 * whether it is well again. A tool whose failures speak of others, such as of the address it was asked for, has none. A
 * call reads memory only; see `HealthBook`.
 */
export class ToolBreakers {
  readonly #book: HealthBook<ToolHealth, ToolTally>;
  readonly #tools: Pick<ToolPort, "get">;

  constructor({ store, tools, clock, log }: ToolBreakersParts) {
    this.#tools = tools;
    this.#book = new HealthBook({
      ...{ store, clock, log },
      what: "the tools",
      keyOf: toolKey,
      newOne: newTool,
      after: (health, tally, now, settings) => {
        const failures = this.#breaksAfter(health.tool) ?? Infinity;
        return afterToolCalls(health, tally, now, { ...settings, failures });
      },
      both: bothToolTallies,
      settings: breakerSettings,
    });
  }

  /** Has at hand how the tools are doing; asked before an intent is committed. */
  async ready(): Promise<void> {
    await this.#book.ready();
  }

  /** Throws `tool_unavailable` while the tool's breaker lets nothing through; it says when it may again. */
  async admit(place: Place): Promise<void> {
    if (this.#breaksAfter(place.tool) === null) return;
    const key = toolKey(place);
    if (this.#state(key) === "half_open" && (await this.#book.claimProbe(key))) return;
    const health = this.#book.health(key);
    if (!health || this.#state(key) === "closed") return;
    const untilMs = Math.max(
      ...[health.openUntil, health.probeUntil].map((at) => (at === null ? 0 : Date.parse(at))),
    );
    const code = health.lastError?.code ?? "tool_failed";
    throw new FlotillaError(
      "tool_unavailable",
      `${place.tool} has failed ${health.failuresInARow} times in a row (${code}) and is left alone for a while.`,
      { transient: true, retryAfterMs: Math.max(0, untilMs - this.#book.now()) },
    );
  }

  /** The call's result, after what became of it is noted. */
  async watch<T>(place: Place, call: Promise<T>): Promise<T> {
    const begun = performance.now();
    try {
      const result = await call;
      const answered = { ...emptyTally, answered: 1, meanMs: performance.now() - begun };
      this.#book.note(toolKey(place), answered, false);
      return result;
    } catch (error) {
      if (error instanceof FlotillaError) this.#failed(place, error);
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#book.close();
  }

  #failed(place: Place, error: FlotillaError): void {
    if (this.#breaksAfter(place.tool) === null || !isItsFault(error)) return;
    const failure = { failed: 1, failuresInARow: 1, lastFailure: error.code };
    this.#book.note(toolKey(place), { ...emptyTally, ...failure }, true);
  }

  /** null: the tool has no breaker. One that this process does not know has the usual one. */
  #breaksAfter(tool: string): number | null {
    try {
      const { breaksAfter } = this.#tools.get(tool);
      return breaksAfter === undefined ? breakerSettings.failures : breaksAfter;
    } catch {
      return breakerSettings.failures;
    }
  }

  #state(key: string) {
    const health = this.#book.health(key);
    return health ? breakerState(health, this.#book.now()) : "closed";
  }
}

const ownFaults: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["tool_timeout", "worker_killed"]);

/**
 * Whether a failure speaks of the tool. One that the tool tells on purpose and for good is about what it was
 * asked; one that may pass, and what it did not mean to throw, is its own.
 */
function isItsFault({ code, transient, cause }: FlotillaError): boolean {
  if (ownFaults.has(code)) return true;
  if (code !== "tool_failed") return false;
  return transient || (cause !== undefined && !(cause instanceof FlotillaError));
}
