import { setTimeout as sleep } from "node:timers/promises";
import type {
  Admission,
  CapacityRequest,
  CapacityWait,
  DimensionUnits,
  Log,
  LimitSignal,
} from "@flotilla/core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../store/test/open-test-store.ts";
import { openCapacity, systemClock, type OpenCapacity } from "../src/index.ts";

let test: TestStore;
beforeAll(async () => void (test = await openTestStore()));
afterAll(() => test.drop());

const silent = () => undefined;
const log: Log = { debug: silent, info: silent, warn: silent, error: silent };
const opened: OpenCapacity[] = [];
let workers = 0;

function openWorker(
  leases?: { count: number },
  store: TestStore["store"]["capacity"] = test.store.capacity,
): OpenCapacity {
  const { signals } = test.store;
  const lease: typeof store.lease = (ask) => {
    if (leases) leases.count++;
    return store.lease(ask);
  };
  const worker = openCapacity({
    workerId: `wrk_${++workers}`,
    store: { ...store, lease },
    signals,
    clock: systemClock,
    random: Math.random,
    log,
  });
  opened.push(worker);
  return worker;
}

afterEach(async () => {
  for (const worker of opened.splice(0)) await worker.close();
});

let buckets = 0;
const newBucket = () => `p/m${++buckets}`;

function request(bucket: string, change: Partial<CapacityRequest> = {}): CapacityRequest {
  return {
    bucket,
    limits: {},
    organisation: "default",
    batchId: "bat_1",
    runId: "run_1",
    priority: 5,
    interactive: false,
    estimate: { inputTokens: 100, outputTokens: 100, costMicros: null, mostCostMicros: null },
    signal: new AbortController().signal,
    onWait: silent,
    ...change,
  };
}

const used = (inputTokens: number, outputTokens: number) => ({
  usage: { inputTokens, outputTokens, cachedInputTokens: 0 },
  costMicros: null,
});

/** A provider that counts: the most units in any window are those its bucket can hold. */
class StrictProvider {
  refused = 0;
  readonly #sizes: DimensionUnits;
  readonly #rates: DimensionUnits;
  readonly #levels: DimensionUnits = {};
  #at = performance.now();

  constructor(perMinute: DimensionUnits, burstSeconds: number) {
    this.#rates = perMinute;
    this.#sizes = Object.fromEntries(
      Object.entries(perMinute).map(([name, rate]) => [name, (rate / 60) * burstSeconds]),
    );
  }

  call(units: DimensionUnits): boolean {
    const now = performance.now();
    const names = Object.keys(this.#rates) as (keyof DimensionUnits)[];
    for (const name of names) {
      const drained = ((now - this.#at) * (this.#rates[name] ?? 0)) / 60_000;
      this.#levels[name] = Math.max(0, (this.#levels[name] ?? 0) - drained);
    }
    this.#at = now;
    const fits = names.every(
      (name) => (this.#levels[name] ?? 0) + (units[name] ?? 0) <= (this.#sizes[name] ?? 0) + 1e-9,
    );
    if (!fits) this.refused++;
    if (fits) for (const name of names) this.#levels[name]! += units[name] ?? 0;
    return fits;
  }
}

describe("calls of a bucket with limits", () => {
  it("keep to them over several workers, use them up, and need few statements", async () => {
    const bucket = newBucket();
    const provider = new StrictProvider({ requests: 6_000, tokens: 600_000 }, 1);
    const leases = { count: 0 };
    const limits = { requestsPerMinute: 6_000, tokensPerMinute: 600_000 };
    const begun = performance.now();
    const call = async (worker: OpenCapacity) => {
      const admission = await worker.admit(request(bucket, { limits }));
      provider.call({ requests: 1, tokens: 100 });
      await sleep(50);
      admission.settle(used(60, 40));
    };
    const calls = [openWorker(leases), openWorker(leases)].flatMap((worker) =>
      Array.from({ length: 200 }, () => call(worker)),
    );
    await Promise.all(calls);
    const seconds = (performance.now() - begun) / 1_000;
    expect(provider.refused).toBe(0);
    expect(seconds).toBeGreaterThan(3.5);
    expect(seconds).toBeLessThan(12);
    expect(leases.count).toBeLessThan(100);
  });

  it("say what they wait for and when they will probably start", async () => {
    const bucket = newBucket();
    const worker = openWorker();
    const limits = { requestsPerMinute: 120 };
    const waits: CapacityWait[] = [];
    const admissions = Array.from({ length: 4 }, () =>
      worker.admit(request(bucket, { limits, onWait: (wait) => waits.push(wait) })),
    );
    const last = await (admissions.at(-1) as Promise<Admission>);
    expect(last.waited.requests).toBeGreaterThan(1_000);
    expect(waits.length).toBe(3);
    expect(waits[0]).toMatchObject({ cause: "requests", of: bucket });
    const expected = Date.parse(waits[2]?.expectedAt ?? "");
    expect(Math.abs(expected - Date.now())).toBeLessThan(1_000);
  });

  it("are served fairly: a person's call does not wait for a batch, nor one tenant for another", async () => {
    const bucket = newBucket();
    const worker = openWorker();
    const limits = { requestsPerMinute: 1_200 };
    const order: string[] = [];
    const call = async (name: string, change: Partial<CapacityRequest>) => {
      const admission = await worker.admit(request(bucket, { limits, ...change }));
      order.push(name);
      admission.settle(used(100, 100));
    };
    const all = Array.from({ length: 60 }, () => call("batch", {}));
    await sleep(200);
    all.push(call("person", { interactive: true, batchId: null, runId: "run_9" }));
    for (let i = 0; i < 5; i++) all.push(call("tenant", { organisation: "b", batchId: "bat_2" }));
    const before = order.length;
    await Promise.all(all);
    expect(order.indexOf("person") - before).toBeLessThan(4);
    expect(order.lastIndexOf("tenant") - before).toBeLessThan(14);
  });

  it("that are larger than a minute's limit are refused at once, with the limit's name", async () => {
    const estimate = {
      inputTokens: 9_000,
      outputTokens: 1,
      costMicros: null,
      mostCostMicros: null,
    };
    const limits = { inputTokensPerMinute: 8_000 };
    const admission = openWorker().admit(request(newBucket(), { limits, estimate }));
    await expect(admission).rejects.toMatchObject({
      code: "capacity_never",
      message: expect.stringContaining("inputTokensPerMinute"),
    });
  });

  it("that are aborted while they wait leave the queue", async () => {
    const bucket = newBucket();
    const worker = openWorker();
    const limits = { requestsPerMinute: 60 };
    const stop = new AbortController();
    const first = worker.admit(request(bucket, { limits }));
    const second = worker.admit(request(bucket, { limits, signal: stop.signal }));
    const third = worker.admit(request(bucket, { limits }));
    await first;
    stop.abort(new Error("stopped"));
    await expect(second).rejects.toThrow("stopped");
    expect((await third).waited.requests).toBeLessThan(1_500);
  });

  it("are as many at once as the concurrency allows, over several workers", async () => {
    const bucket = newBucket();
    const limits = { concurrency: 6 };
    let underWay = 0;
    let most = 0;
    const call = async (worker: OpenCapacity) => {
      const admission = await worker.admit(request(bucket, { limits }));
      most = Math.max(most, ++underWay);
      await sleep(60);
      underWay--;
      admission.settle(used(1, 1));
    };
    const begun = performance.now();
    const calls = [openWorker(), openWorker()].flatMap((worker) =>
      Array.from({ length: 60 }, () => call(worker)),
    );
    await Promise.all(calls);
    expect(most).toBe(6);
    expect(performance.now() - begun).toBeLessThan(9_000);
  });
});

describe("what a provider says", () => {
  const told = (signal: LimitSignal) => (admission: Admission) => admission.heard(signal);

  it("is learned from the first answers; until then few calls are made", async () => {
    const bucket = newBucket();
    const worker = openWorker();
    const provider = new StrictProvider({ requests: 600 }, 1);
    const hear = told({ limits: { requestsPerMinute: 600 } });
    const call = async () => {
      const admission = await worker.admit(request(bucket));
      provider.call({ requests: 1 });
      await sleep(30);
      hear(admission);
      admission.settle(used(100, 100));
      return admission.waited;
    };
    const waited = await Promise.all(Array.from({ length: 25 }, call));
    expect(provider.refused).toBe(0);
    expect(waited[2]).toHaveProperty("learning");
    expect(waited.at(-1)).toHaveProperty("requests");
  });

  it("is learned from refusals alone when its answers say nothing", async () => {
    const bucket = newBucket();
    const worker = openWorker();
    const provider = new StrictProvider({ requests: 1_200 }, 1);
    let answered = 0;
    const call = async () => {
      for (;;) {
        const admission = await worker.admit(request(bucket));
        await sleep(20);
        if (provider.call({ requests: 1 })) {
          admission.heard({});
          admission.settle(used(100, 100));
          answered++;
          return;
        }
        admission.heard({ refused: true, pauseMs: 50 });
        admission.settle({ usage: null, costMicros: null });
      }
    };
    const begun = performance.now();
    await Promise.all(Array.from({ length: 60 }, call));
    expect(answered).toBe(60);
    expect(performance.now() - begun).toBeLessThan(20_000);
    expect(provider.refused).toBeLessThan(40);
  });

  it("is told with the next answer when the database was away", async () => {
    const bucket = newBucket();
    const { hear, ...store } = test.store.capacity;
    let tries = 0;
    const worker = openWorker(undefined, {
      ...store,
      hear: (news) => (++tries === 1 ? Promise.reject(new Error("away")) : hear(news)),
    });
    const signal = { limits: { requestsPerMinute: 6_000 } };
    for (let i = 0; i < 2; i++) {
      const admission = await worker.admit(request(bucket));
      admission.heard(signal);
      admission.settle(used(1, 1));
      await expect.poll(() => tries).toBe(i + 1);
    }
    await expect
      .poll(async () => {
        const states = await test.store.capacity.list();
        return states.find((one) => one.bucket === bucket)?.limits;
      })
      .toMatchObject([{ of: "requests", perMinute: 6_000, source: "learned" }]);
  });

  it("holds as a pause where it could not be shared, and is shared later", async () => {
    const bucket = newBucket();
    const limits = { requestsPerMinute: 6_000 };
    const leases = { count: 0 };
    let isAway = true;
    const { hear, ...store } = test.store.capacity;
    const worker = openWorker(leases, {
      ...store,
      hear: (news) => (isAway ? Promise.reject(new Error("away")) : hear(news)),
    });
    const first = await worker.admit(request(bucket, { limits }));
    const second = await worker.admit(request(bucket, { limits }));
    const before = leases.count;
    first.heard({ refused: true, pauseMs: 3_600_000 });
    await expect.poll(() => leases.count).toBeGreaterThan(before);
    await sleep(300);
    await expect(worker.admit(request(bucket, { limits }))).rejects.toMatchObject({
      code: "model_rate_limited",
    });
    isAway = false;
    second.heard({});
    const refusal = () =>
      openWorker()
        .admit(request(bucket, { limits }))
        .then(
          () => undefined,
          (error: { retryAfterMs: number }) => error.retryAfterMs,
        );
    await expect.poll(refusal).toBeGreaterThan(3_590_000);
  });

  it("stops every worker at once, and a long pause sends the calls away", async () => {
    const bucket = newBucket();
    const limits = { requestsPerMinute: 6_000 };
    const [one, other] = [openWorker(), openWorker()];
    await other.admit(request(bucket, { limits }));
    const admission = await one.admit(request(bucket, { limits }));
    admission.heard({ refused: true, pauseMs: 3_600_000 });
    await expect(one.admit(request(bucket, { limits }))).rejects.toMatchObject({
      code: "model_rate_limited",
      transient: true,
    });
    await sleep(300);
    const refusal = await other.admit(request(bucket, { limits })).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: "model_rate_limited" });
    expect((refusal as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(3_590_000);
  });

  it("costs nothing where there are no limits: nobody is asked", async () => {
    const bucket = newBucket();
    const leases = { count: 0 };
    const worker = openWorker(leases);
    const call = async () => {
      const admission = await worker.admit(request(bucket));
      await sleep(2);
      admission.heard({});
      admission.settle(used(100, 100));
    };
    for (let round = 0; round < 4; round++) await Promise.all(Array.from({ length: 200 }, call));
    expect(leases.count).toBe(0);
  });
});
