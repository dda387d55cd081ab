import { grantLease } from "@flotilla/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BudgetAccount } from "./budget-account.ts";

const workers = 3;
const mostCost = 50;

/** One thing that a worker does, or that happens to it. */
type Deed =
  | { kind: "call"; worker: number; reserve: number; cost: number }
  | { kind: "renew" | "settle" | "commit" | "queue" | "answer" | "die"; worker: number };

const worker = fc.nat(workers - 1);
const deeds: fc.Arbitrary<Deed> = fc.oneof(
  fc
    .record({
      worker,
      reserve: fc.integer({ min: 1, max: mostCost }),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .map(({ worker: one, reserve, part }) => ({
      kind: "call" as const,
      worker: one,
      reserve,
      cost: Math.floor(reserve * part),
    })),
  fc.record({
    kind: fc.constantFrom("renew" as const, "settle" as const, "commit" as const),
    worker,
  }),
  fc.record({ kind: fc.constantFrom("queue" as const, "answer" as const), worker }),
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("die" as const), worker }) },
);

interface Call {
  reserve: number;
  cost: number;
}

/** Workers and a database that act as the real ones do, one deed after the other. */
class World {
  readonly limit: number;
  spent = 0;
  /** Calls that are with a provider's batch endpoint, whoever has handed them over. */
  queued: Call[] = [];
  leases: number[] = Array.from({ length: workers }, () => 0);
  seats = Array.from({ length: workers }, () => this.#seat());
  now = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  #seat() {
    return {
      account: new BudgetAccount("bud_1"),
      waiting: [] as Call[],
      open: [] as Call[],
      settled: [] as Call[],
      handedOver: [] as Call[],
    };
  }

  /** What is spent, and what calls under way will add to it. */
  get due(): number {
    const costs = this.seats.flatMap(({ open, settled }) => [...open, ...settled]);
    costs.push(...this.queued);
    return this.spent + costs.reduce((sum, { cost }) => sum + cost, 0);
  }

  do(deed: Deed): void {
    this.now += 10;
    const seat = this.seats[deed.worker] as (typeof this.seats)[number];
    const { account } = seat;
    switch (deed.kind) {
      case "call":
        seat.waiting.push(deed);
        break;
      case "settle": {
        const call = seat.open.shift();
        if (!call) return;
        account.settle(call.reserve, call.cost);
        seat.settled.push(call);
        break;
      }
      case "commit":
        for (const { cost } of seat.settled.splice(0)) {
          this.spent += cost;
          account.keep(cost);
        }
        for (const { reserve } of seat.handedOver.splice(0)) account.keep(reserve);
        break;
      case "queue": {
        const call = seat.open.shift();
        if (!call) return;
        this.queued.push(call);
        account.settle(call.reserve, call.reserve);
        seat.handedOver.push(call);
        break;
      }
      case "answer":
        this.spent += this.queued.shift()?.cost ?? 0;
        return;
      case "die":
        // Its calls are charged when its runs are taken up, and its lease expires after that.
        this.spent += [...seat.open, ...seat.settled].reduce((sum, { cost }) => sum + cost, 0);
        this.leases[deed.worker] = 0;
        this.seats[deed.worker] = this.#seat();
        return;
      case "renew":
        this.#renew(deed.worker);
    }
    this.#serve(seat);
  }

  #serve({ account, waiting, open }: (typeof this.seats)[number]): void {
    account.unwant();
    while (waiting[0] && account.fits(waiting[0].reserve, this.now)) {
      const call = waiting.shift() as Call;
      account.open(call.reserve);
      open.push(call);
    }
    for (const { reserve } of waiting) account.want(reserve);
  }

  #renew(number: number): void {
    const { account } = this.seats[number] as (typeof this.seats)[number];
    const ask = account.ask(this.now);
    if (!ask) return;
    if (ask.holdMicros > ask.needMicros || ask.needMicros > ask.wantMicros) {
      throw new Error(`a wrong ask: ${JSON.stringify(ask)}`);
    }
    const heldMicros = this.queued.reduce((sum, { reserve }) => sum + reserve, 0);
    const leased = this.leases.reduce((sum, one, i) => (i === number ? sum : sum + one), 0);
    const othersMicros = leased + heldMicros;
    const state = { limitMicros: this.limit, spentMicros: this.spent, heldMicros, othersMicros };
    const leaseMicros = grantLease(state, ask);
    this.leases[number] = leaseMicros;
    const lease = { budgetId: "bud_1", name: "n", strict: false, until: null, news: null } as const;
    account.take({ ...lease, ...state, leaseMicros }, this.now);
  }
}

describe("a budget that workers share", () => {
  it("is overshot by no more than one call, whatever happens in which order", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.array(deeds, { maxLength: 400 }),
        (limit, all) => {
          const world = new World(limit);
          for (const deed of all) {
            world.do(deed);
            expect(world.due).toBeLessThan(limit + mostCost);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it("is spent to the end: while any is left, calls get through", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2_000 }),
        fc.integer({ min: 1, max: mostCost }),
        (limit, cost) => {
          const world = new World(limit);
          for (let turn = 0; turn < 20_000 && world.spent < limit; turn++) {
            const at = turn % workers;
            const seat = world.seats[at] as (typeof world.seats)[number];
            if (seat.waiting.length === 0)
              world.do({ kind: "call", worker: at, reserve: mostCost, cost });
            world.do({ kind: "renew", worker: at });
            if (turn % 2 === 0) world.do({ kind: "settle", worker: at });
            world.do({ kind: "commit", worker: at });
          }
          expect(world.spent).toBeGreaterThanOrEqual(limit);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("parks what has no room beside calls at a batch endpoint, and nothing else", () => {
    const account = new BudgetAccount("bud_1");
    const lease = { budgetId: "bud_1", name: "n", strict: false, until: null, news: null } as const;
    const take = (state: { spentMicros: number; heldMicros: number; leaseMicros: number }) =>
      account.take({ ...lease, limitMicros: 100, ...state }, 0);
    expect(account.isHeld(10, 0)).toBe(false);
    take({ spentMicros: 50, heldMicros: 41, leaseMicros: 0 });
    expect([account.isHeld(10, 0), account.isHeld(9, 0)]).toEqual([true, false]);
    expect(account.isHeld(10, 5_000)).toBe(false);
    take({ spentMicros: 95, heldMicros: 0, leaseMicros: 0 });
    expect(account.isHeld(10, 0)).toBe(false);
    take({ spentMicros: 50, heldMicros: 41, leaseMicros: 10 });
    expect(account.isHeld(10, 0)).toBe(false);
  });

  it("asks the database seldom while there is room", () => {
    const account = new BudgetAccount("bud_1");
    const far = { limitMicros: 1e9, spentMicros: 0, heldMicros: 0, othersMicros: 0 };
    const lease = { budgetId: "bud_1", name: "n", strict: false, until: null, news: null } as const;
    let asked = 0;
    for (let now = 0; now < 10_000; now += 10) {
      if (account.fits(100, now)) {
        account.open(100);
        account.settle(100, 80);
        account.keep(80);
        account.unwant();
      } else account.want(100);
      if (now % 200 !== 0) continue;
      const ask = account.ask(now);
      if (!ask) continue;
      asked++;
      account.take({ ...lease, ...far, leaseMicros: grantLease(far, ask) }, now);
      account.unwant();
    }
    expect(asked).toBeLessThan(50);
  });
});
