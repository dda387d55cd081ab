import { newId, type CapacityAsk, type CapacityLimits, type DimensionUnits } from "@flotilla/core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { leaseCapacity } from "./capacity.ts";

let test: TestStore;
beforeAll(async () => void (test = await openTestStore()));
afterAll(() => test.drop());

const horizonMs = 300;
const burstMs = 400;

function ask(change: Partial<CapacityAsk>): CapacityAsk {
  return {
    bucket: "p/m",
    worker: "wrk_1",
    configured: {},
    unused: {},
    remaining: {},
    wants: [],
    waiting: [],
    underWay: 0,
    slots: 0,
    horizonMs,
    burstMs,
    ...change,
  };
}

const batchCalls = { organisation: "default", interactive: false };
const wants = (count: number, units: DimensionUnits) =>
  Array.from({ length: count }, () => ({ units, calls: 1 }));

interface Start {
  at: number;
  units: DimensionUnits;
}

interface World {
  limits: CapacityLimits;
  workers: number;
  /** When each worker asks next is so long after the last time, at most. */
  pauseMs: number;
  tokens: number[];
}

/** Workers with more to do than is allowed, each asking at times of its own; what was granted. */
async function overload(world: World, untilMs: number): Promise<Start[]> {
  const bucket = newId("bat");
  const starts: Start[] = [];
  const next = Array.from({ length: world.workers }, (_, i) => i * 7);
  let call = 0;
  for (;;) {
    const worker = next.indexOf(Math.min(...next));
    const now = next[worker] ?? 0;
    if (now > untilMs) return starts;
    const wanted = Array.from({ length: 30 }, (_, i) => {
      const tokens = world.tokens[(call + i) % world.tokens.length] ?? 1;
      return { units: { requests: 1, tokens }, calls: 1 };
    });
    const answer = await leaseCapacity(
      test.store.pool,
      ask({
        ...{ bucket, worker: `w${worker}`, configured: world.limits, wants: wanted },
        waiting: [{ ...batchCalls, calls: 10 }],
      }),
      1_000_000 + now,
    );
    for (const [i, at] of answer.starts.entries()) {
      starts.push({ at: at - 1_000_000, units: wanted[i]?.units ?? {} });
    }
    call += answer.starts.length;
    const again = (answer.nextAsk ?? 0) - 1_000_000;
    next[worker] = Math.min(Math.max(again, now + 20), now + world.pauseMs);
  }
}

/**
 * When the last of these calls would start if each came as soon as its limits let it. None of them need
 * be used up: calls with few and with many tokens wait in turn for requests and for tokens.
 */
function soonest(starts: Start[], limits: World["limits"]): number {
  const rates = {
    requests: (limits.requestsPerMinute ?? 0) / 60_000,
    tokens: (limits.tokensPerMinute ?? 0) / 60_000,
  };
  const level = { requests: 0, tokens: 0 };
  let now = starts[0]?.at ?? 0;
  for (const { units } of starts) {
    const dimensions = ["requests", "tokens"] as const;
    const waits = dimensions.map((dimension) => {
      const size = rates[dimension] * burstMs;
      const room = size - Math.min(units[dimension] ?? 0, size);
      return Math.max(0, level[dimension] - room) / rates[dimension];
    });
    const wait = Math.max(...waits);
    for (const dimension of dimensions) {
      const left = Math.max(0, level[dimension] - wait * rates[dimension]);
      level[dimension] = left + (units[dimension] ?? 0);
    }
    now += wait;
  }
  return now;
}

const world = fc.record({
  limits: fc.record({
    requestsPerMinute: fc.integer({ min: 60, max: 3_000 }),
    tokensPerMinute: fc.integer({ min: 6_000, max: 600_000 }),
  }),
  workers: fc.integer({ min: 1, max: 4 }),
  pauseMs: fc.integer({ min: 100, max: 250 }),
  tokens: fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 9 }),
});

describe("leases of capacity", () => {
  it("never exceed a limit in any window, and leave next to nothing of it, over any workers", async () => {
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        const starts = (await overload(given, 6_000)).toSorted((a, b) => a.at - b.at);
        for (const [dimension, perMinute] of [
          ["requests", given.limits.requestsPerMinute],
          ["tokens", given.limits.tokensPerMinute],
        ] as const) {
          const rate = perMinute / 60_000;
          const size = rate * burstMs;
          // A provider's bucket that holds no more than the burst: a larger call needs it full.
          let level = 0;
          let before = 0;
          for (const { at, units } of starts) {
            const amount = units[dimension] ?? 0;
            level = Math.max(0, level - (at - before) * rate);
            before = at;
            expect(level + Math.min(amount, size)).toBeLessThanOrEqual(size + 1e-6);
            level += amount;
          }
        }
        const first = starts[0]?.at ?? 0;
        const took = (starts.at(-1)?.at ?? 0) - first;
        expect(soonest(starts, given.limits) - first).toBeGreaterThanOrEqual(0.95 * took);
      }),
      { numRuns: 12 },
    );
  });

  it("divide a bucket by demand", async () => {
    const bucket = newId("bat");
    const configured = { requestsPerMinute: 6_000 };
    const counts = [0, 0];
    for (let now = 0; now < 5_000; now += 50) {
      for (const [worker, calls] of [30, 10].entries()) {
        const wanted = wants(40, { requests: 1 });
        const change = { worker: `w${worker}`, waiting: [{ ...batchCalls, calls }] };
        const asked = ask({ bucket, configured, wants: wanted, ...change });
        const { starts } = await leaseCapacity(test.store.pool, asked, 1_000_000 + now);
        counts[worker] = (counts[worker] ?? 0) + starts.length;
      }
    }
    const [large = 0, small = 0] = counts;
    expect(large + small).toBeGreaterThan(480);
    expect(large / small).toBeGreaterThan(2.5);
    expect(large / small).toBeLessThan(3.5);
  });

  it("divide it by organisation first: one with few calls is not behind one with many", async () => {
    const bucket = newId("bat");
    const share = async (worker: string, ...waiting: CapacityAsk["waiting"]) =>
      (await leaseCapacity(test.store.pool, ask({ bucket, worker, waiting }), 1_000)).share;
    const of = (organisation: string, calls: number, interactive = false) => ({
      organisation,
      calls,
      interactive,
    });
    expect(await share("w1", of("large", 1_000))).toBe(1);
    expect(await share("w2", of("small", 3))).toBe(0.5);
    expect(await share("w1", of("large", 1_000), of("small", 1))).toBe(0.625);
    expect(await share("w3")).toBe(0);
    expect(await share("w3", of("large", 50, true))).toBeCloseTo(0.25, 9);
  });

  it("say when a call may start that has to wait, and for what", async () => {
    const bucket = newId("bat");
    const configured = { requestsPerMinute: 6_000, tokensPerMinute: 60_000 };
    const wanted = wants(3, { requests: 1, tokens: 5_000 });
    const answer = await leaseCapacity(
      test.store.pool,
      ask({ bucket, configured, wants: wanted }),
      5_000,
    );
    expect(answer).toMatchObject({
      starts: [5_000],
      blockedBy: "tokens",
      nextStart: 10_000,
      nextAsk: 10_000 - horizonMs,
    });
  });

  it("take back what was not used, and owe what was used beyond the grant", async () => {
    const bucket = newId("bat");
    const configured = { tokensPerMinute: 60_000 };
    const lease = (change: Partial<CapacityAsk>, now: number) =>
      leaseCapacity(test.store.pool, ask({ bucket, configured, ...change }), now);
    await lease({ wants: wants(1, { tokens: 4_000 }) }, 10_000);
    const given = await lease(
      { unused: { tokens: 3_000 }, wants: wants(1, { tokens: 400 }) },
      10_900,
    );
    expect(given.starts).toEqual([11_000]);
    const owed = await lease(
      { unused: { tokens: -2_000 }, wants: wants(1, { tokens: 1 }) },
      12_000,
    );
    expect(owed.starts).toEqual([]);
    expect(owed.nextStart).toBeCloseTo(13_001, 3);
  });

  it("never give more slots than a bucket has calls, and give up those of dead workers", async () => {
    const bucket = newId("bat");
    const configured = { concurrency: 10 };
    const lease = (worker: string, underWay: number, slots: number, now: number) =>
      leaseCapacity(
        test.store.pool,
        ask({
          ...{ bucket, worker, configured, underWay, slots },
          waiting: [{ ...batchCalls, calls: slots - underWay }],
        }),
        now,
      );
    expect((await lease("w1", 0, 30, 1_000)).slots).toBe(10);
    expect((await lease("w2", 0, 30, 1_100)).slots).toBe(0);
    const shared = await lease("w1", 10, 30, 1_200);
    expect(shared.slots).toBeLessThan(10);
    const freed = await lease("w1", shared.slots ?? 0, 30, 1_300);
    const other = await lease("w2", 0, 30, 1_400);
    expect((freed.slots ?? 0) + (other.slots ?? 0)).toBeLessThanOrEqual(10);
    expect(other.slots).toBeGreaterThanOrEqual(4);
    expect((await lease("w2", 4, 30, 20_000)).slots).toBe(10);
  });
});

describe("the list of buckets", () => {
  it("says what is used of each limit, who waits, and what is paused", async () => {
    const bucket = newId("bat");
    const call = { organisation: "acme", interactive: false, calls: 2 };
    const change = { bucket, configured: { requestsPerMinute: 600 }, waiting: [call], underWay: 1 };
    const wanted = wants(3, { requests: 1, tokens: 10 });
    await test.store.capacity.lease(ask({ ...change, wants: wanted }));
    await test.store.capacity.lease(ask({ ...change, worker: "wrk_2" }));
    const learned = { tokensPerMinute: 60_000 };
    const why = "w";
    await test.store.capacity.hear({
      bucket,
      limits: learned,
      observed: null,
      pauseMs: 60_000,
      why,
      refused: 2,
    });
    const found = (await test.store.capacity.list()).find((one) => one.bucket === bucket);
    expect(found).toMatchObject({
      limits: [
        { of: "requests", perMinute: 600, source: "configured", used: 3 },
        { of: "tokens", perMinute: 60_000, source: "learned", used: 30 },
      ],
      concurrency: null,
      underWay: 2,
      waiting: [{ ...call, calls: 4 }],
      pausedWhy: why,
      granted: 3,
      refused: 2,
    });
  });
});

describe("what a provider says", () => {
  it("pauses a bucket for everyone, and tells them", async () => {
    const bucket = newId("bat");
    const told: string[] = [];
    const stop = test.store.signals.onCapacity((name) => told.push(name));
    const why = "the provider refused a call as one too many";
    const news = { bucket, limits: {}, observed: null, pauseMs: 60_000, why, refused: 1 };
    await test.store.capacity.hear(news);
    await expect.poll(() => told).toContain(bucket);
    stop();
    const asked = ask({
      bucket,
      configured: { requestsPerMinute: 600 },
      wants: wants(1, { requests: 1 }),
    });
    const answer = await test.store.capacity.lease(asked);
    expect(answer).toMatchObject({ starts: [], pausedWhy: why });
    expect(answer.nextStart).toBeGreaterThan(answer.now + 55_000);
    await test.store.capacity.hear({ ...news, pauseMs: 10 });
    expect((await test.store.capacity.lease(asked)).starts).toEqual([]);
  });

  it("becomes the limit where none is configured", async () => {
    const bucket = newId("bat");
    const limits = { requestsPerMinute: 600, tokensPerMinute: 60_000 };
    const news = { bucket, limits, observed: null, pauseMs: null, why: null, refused: 0 };
    await test.store.capacity.hear(news);
    const { rates } = await test.store.capacity.lease(
      ask({ bucket, configured: { requestsPerMinute: 300 } }),
    );
    expect(rates).toEqual({ requests: 300, tokens: 60_000 });
  });

  it("lowers a rate that was refused, once for all who were refused at the same time", async () => {
    const bucket = newId("bat");
    const news = { bucket, limits: {}, observed: 1_000, pauseMs: 1, why: "", refused: 1 };
    await Promise.all([1, 2, 3].map(() => test.store.capacity.hear(news)));
    const first = (await test.store.capacity.lease(ask({ bucket }))).rates.requests ?? 0;
    expect(first).toBeGreaterThanOrEqual(700);
    expect(first).toBeLessThan(720);
    const later = await leaseCapacity(test.store.pool, ask({ bucket }), Date.now() + 60_000);
    expect(later.rates.requests).toBeGreaterThan(1_400);
  });
});
