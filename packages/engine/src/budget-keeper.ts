import {
  FlotillaError,
  type BudgetGrant,
  type BudgetPort,
  type BudgetRequest,
  type BudgetScope,
  type Clock,
  type EngineStore,
  type Log,
} from "@flotilla/core";
import { BudgetAccount } from "./budget-account.ts";

export interface BudgetKeeperParts {
  store: Pick<EngineStore, "budgets">;
  workerId: string;
  clock: Clock;
  log: Log;
}

/** Changes are told; should one be missed, it is seen after so long. */
const rereadMs = 5_000;
/** A shorter wait is not worth an event. */
const worthTellingMs = 250;

interface Waiting {
  request: BudgetRequest;
  since: number;
  isTold: boolean;
  resolve: (grant: BudgetGrant) => void;
  reject: (error: unknown) => void;
}

const nothing: BudgetGrant = { waitedMs: 0, settle: () => undefined, kept: () => undefined };

/**
 * The budgets of a worker. A call is admitted when its worst cost fits into the worker's leases of all
 * budgets that cover it; otherwise it waits, first come first served, until calls settle or more is
 * leased. `renew` is to be called several times a second; it asks the database only when there is
 * something to ask.
 */
export class BudgetKeeper implements BudgetPort {
  readonly #parts: BudgetKeeperParts;
  readonly #accounts = new Map<string, BudgetAccount>();
  /** Batches without a budget of their own. */
  readonly #unbounded = new Set<string>();
  #scopes: BudgetScope[] | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  #waiting: Waiting[] = [];
  /** Called when there is something to ask for. */
  onNeed: () => void = () => undefined;

  constructor(parts: BudgetKeeperParts) {
    this.#parts = parts;
  }

  admit(request: BudgetRequest): Promise<BudgetGrant> {
    if (this.#scopes && this.#covering(request).length === 0) return Promise.resolve(nothing);
    return new Promise((resolve, reject) => {
      const since = this.#parts.clock.now();
      const waiting: Waiting = { request, since, isTold: false, resolve, reject };
      const abort = () => {
        this.#waiting = this.#waiting.filter((one) => one !== waiting);
        reject(request.signal.reason);
      };
      if (request.signal.aborted) return abort();
      request.signal.addEventListener("abort", abort, { once: true });
      const unlisten = () => request.signal.removeEventListener("abort", abort);
      waiting.resolve = (grant) => (unlisten(), resolve(grant));
      waiting.reject = (error) => (unlisten(), reject(error));
      this.#waiting.push(waiting);
      this.#serve();
    });
  }

  /** Reads the budgets again when they were changed, or may have been. */
  listen(signals: EngineStore["signals"]): (() => void)[] {
    const forget = (): void => {
      this.#readAt = Number.NEGATIVE_INFINITY;
      this.onNeed();
    };
    return [signals.onBudgetChange(forget), signals.onCatchUp(forget)];
  }

  async renew(): Promise<void> {
    const { store, workerId, clock, log } = this.#parts;
    if (clock.now() - this.#readAt > rereadMs) await this.#read();
    this.#serve();
    const asked = [...this.#accounts.values()].flatMap((account) => {
      const ask = account.ask(clock.now());
      return ask ? [{ account, ask }] : [];
    });
    if (asked.length > 0) {
      const leases = await store.budgets.lease(
        workerId,
        asked.map(({ ask }) => ask),
      );
      for (const { account } of asked) {
        const lease = leases.find((one) => one.budgetId === account.id);
        account.take(lease, clock.now());
        if (account.isGone) this.#drop(account);
        if (lease?.news) log.warn({ budget: lease }, newsOf[lease.news]);
      }
      this.#serve();
    }
    this.#tellWaits();
    for (const account of this.#accounts.values()) {
      if (account.isIdle) this.#accounts.delete(account.id);
    }
  }

  /** Gives all leases back. */
  async close(): Promise<void> {
    await this.#parts.store.budgets.giveBack(this.#parts.workerId);
  }

  async #read(): Promise<void> {
    const readAt = this.#parts.clock.now();
    this.#scopes = await this.#parts.store.budgets.scopes();
    this.#readAt = readAt;
    this.#unbounded.clear();
  }

  #drop(account: BudgetAccount): void {
    this.#accounts.delete(account.id);
    if (account.id.startsWith("bat_")) this.#unbounded.add(account.id);
    else this.#scopes = this.#scopes?.filter(({ id }) => id !== account.id);
  }

  /** Lets through, in order, what fits; what does not keeps its place before later calls. */
  #serve(): void {
    if (!this.#scopes) return this.#waiting.length > 0 ? this.onNeed() : undefined;
    const now = this.#parts.clock.now();
    const full = new Set<BudgetAccount>();
    for (const account of this.#accounts.values()) account.unwant();
    this.#waiting = this.#waiting.filter((waiting) => {
      const { request } = waiting;
      const accounts = this.#covering(request).map((id) => this.#account(id));
      const refusal = refusalOf(request, accounts, now);
      if (refusal) {
        waiting.reject(refusal);
        return false;
      }
      const micros = request.mostMicros ?? 0;
      const tight = accounts.filter((one) => full.has(one) || !one.fits(micros, now));
      if (tight.length === 0) {
        waiting.resolve(this.#grant(waiting, accounts, micros));
        return false;
      }
      for (const account of tight) {
        full.add(account);
        account.want(micros);
      }
      return true;
    });
    if (full.size > 0) this.onNeed();
  }

  #grant(waiting: Waiting, accounts: BudgetAccount[], reserved: number): BudgetGrant {
    for (const account of accounts) account.open(reserved);
    let settled = 0;
    return {
      waitedMs: waiting.isTold ? this.#parts.clock.now() - waiting.since : 0,
      settle: (micros) => {
        settled = micros;
        for (const account of accounts) account.settle(reserved, micros);
        this.#serve();
      },
      kept: () => {
        for (const account of accounts) account.keep(settled);
        if (this.#waiting.length > 0) this.onNeed();
      },
    };
  }

  #account(id: string): BudgetAccount {
    let account = this.#accounts.get(id);
    if (!account) {
      account = new BudgetAccount(id);
      this.#accounts.set(id, account);
    }
    return account;
  }

  /** Ids of the budgets that cover a call. */
  #covering(request: BudgetRequest): string[] {
    const { organisation, user, agentName, model, batchId } = request;
    const names = { organisation, user, agent: agentName, model };
    const ids = (this.#scopes ?? [])
      .filter((one) => one.organisation === null || one.organisation === organisation)
      .filter((one) => names[one.level] === one.name)
      .map(({ id }) => id);
    return batchId === null || this.#unbounded.has(batchId) ? ids : [...ids, batchId];
  }

  #tellWaits(): void {
    const now = this.#parts.clock.now();
    for (const waiting of this.#waiting) {
      if (waiting.isTold || now - waiting.since < worthTellingMs) continue;
      const tight = this.#covering(waiting.request).map(
        (id) => this.#accounts.get(id)?.state?.name,
      );
      waiting.isTold = true;
      const of = tight.find((name) => name !== undefined) ?? "budget";
      waiting.request.onWait({ cause: "budget", of, expectedAt: null });
    }
  }
}

const newsOf = {
  alert: "a budget is nearly spent",
  spent: "a budget is spent: what it covers waits",
} as const;

function dollars(micros: number): string {
  return `$${(micros / 1_000_000).toFixed(6)}`;
}

function refusalOf(
  { mostMicros, model }: BudgetRequest,
  accounts: BudgetAccount[],
  now: number,
): FlotillaError | undefined {
  for (const account of accounts) {
    const { id, state } = account;
    const needMicros = mostMicros ?? 0;
    const isSpent = account.isSpent(now);
    if (state && (isSpent || account.isHeld(needMicros, now))) {
      const budget = `The budget of ${state.name} (${dollars(state.limitMicros)})`;
      const message = isSpent
        ? `${budget} is spent.`
        : `${budget} has no room for this call (${dollars(needMicros)} at most) while ${dollars(state.heldMicros)} of it are held for calls at a provider's batch endpoint.`;
      const details = { budgetId: id, until: state.until, needMicros };
      return new FlotillaError("limit_budget", message, { transient: true, details });
    }
    if (state?.strict && mostMicros === null) {
      const message = `The price of ${model} is unknown, and the budget of ${state.name} is strict.`;
      const remedy = `Set the price of ${model} under prices in the configuration.`;
      return new FlotillaError("limit_budget", message, { remedy });
    }
  }
  return undefined;
}
