import { newId, noUsage, type AnswerKey, type CachedAnswer } from "@flotilla/core";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";

let test: TestStore;
let worker: string;
beforeAll(async () => void (test = await openTestStore()));
beforeEach(async () => {
  await test.store.pool.query("DELETE FROM cached_answer");
  worker = await register();
});
afterAll(() => test.drop());

let keys = 0;
const keyOf = (organisation = "default"): AnswerKey => ({ organisation, hash: `h${++keys}` });
const answerOf = (text: string): CachedAnswer => ({
  message: { role: "assistant", content: [{ type: "text", text }] },
  finish: "stop",
  model: "simulated/demo",
  usage: { ...noUsage, inputTokens: 7, outputTokens: 3 },
  costMicros: 40,
  createdAt: 0,
});
const register = async () => {
  const id = newId("wrk");
  await test.store.workers.register({ id, host: "h", pid: 7 });
  return id;
};
const hour = 3_600;
const age = (key: AnswerKey, seconds: number) =>
  test.store.pool.query(
    `UPDATE cached_answer SET created_at = created_at - $2 * interval '1 second',
       expires_at = expires_at - $2 * interval '1 second',
       used_at = used_at - $2 * interval '1 second'
     WHERE key = $1`,
    [key.hash, seconds],
  );

it("an answer is there for its organisation, as it was given, with any text", async () => {
  const { cache } = test.store;
  const key = keyOf();
  const answer = answerOf("NUL \0, half \ud83e and 🦊");
  await cache.keep(key, answer, hour);
  expect(await cache.read(key, hour)).toEqual({
    kind: "answer",
    answer: { ...answer, createdAt: expect.any(Number) },
  });
  expect(await cache.read({ ...key, organisation: "other" }, hour)).toEqual({ kind: "none" });
});

it("an answer is none when it is older than its keeper, or its reader, allows", async () => {
  const { cache } = test.store;
  const key = keyOf();
  await cache.keep(key, answerOf("x"), hour);
  await age(key, 120);
  expect(await cache.read(key, 60)).toEqual({ kind: "none" });
  expect(await cache.claim(key, worker, 121)).toBe(false);
  expect((await cache.read(key, 121)).kind).toBe("answer");
  await age(key, hour);
  expect(await cache.read(key, 3 * hour)).toEqual({ kind: "none" });
  expect(await cache.claim(key, worker, 3 * hour)).toBe(true);
});

it("of many workers that claim a key one gets it, until it keeps an answer or gives it up", async () => {
  const { cache } = test.store;
  const other = await register();
  const key = keyOf();
  const claims = await Promise.all([cache.claim(key, worker, hour), cache.claim(key, other, hour)]);
  expect(claims.filter(Boolean)).toHaveLength(1);
  const [first, second] = claims[0] ? [worker, other] : [other, worker];
  expect(await cache.read(key, hour)).toEqual({ kind: "in_flight" });
  await cache.release(key, second);
  expect(await cache.claim(key, second, hour)).toBe(false);
  await cache.release(key, first);
  expect(await cache.read(key, hour)).toEqual({ kind: "none" });
  expect(await cache.claim(key, second, hour)).toBe(true);
  await cache.keep(key, answerOf("x"), hour);
  expect(await cache.claim(key, first, hour)).toBe(false);
});

it("the claim of a worker that left or was taken over is free", async () => {
  const { cache, workers } = test.store;
  const key = keyOf();
  const left = await register();
  await cache.claim(key, left, hour);
  expect(await cache.claim(key, worker, hour)).toBe(false);
  await workers.leave(left);
  expect(await cache.read(key, hour)).toEqual({ kind: "none" });
  expect(await cache.claim(key, worker, hour)).toBe(true);
});

it("a claim that is left behind is free after a quarter of an hour, and is its new worker's", async () => {
  const { cache } = test.store;
  const key = keyOf();
  const other = await register();
  await cache.claim(key, worker, hour);
  await age(key, 14 * 60);
  expect(await cache.read(key, hour)).toEqual({ kind: "in_flight" });
  expect(await cache.claim(key, other, hour)).toBe(false);
  await age(key, 2 * 60);
  expect(await cache.read(key, hour)).toEqual({ kind: "none" });
  expect(await cache.claim(key, other, hour)).toBe(true);
  await cache.release(key, worker);
  expect(await cache.read(key, hour)).toEqual({ kind: "in_flight" });
});

it("cleaning takes what is too old, and what was used longest ago beyond the size", async () => {
  const { cache } = test.store;
  const [old, unused, used, claimed] = [keyOf(), keyOf(), keyOf(), keyOf()];
  const answer = answerOf("y".repeat(1_000));
  for (const key of [old, unused, used]) await cache.keep(key, answer, hour);
  await cache.claim(claimed, worker, 1);
  await age(old, 2 * hour);
  await age(unused, 60);
  await age(used, 120);
  await age(claimed, 60);
  await cache.count([], [{ ...used, hits: 2 }]);
  expect(await cache.clean(1_500)).toBe(2);
  expect(await cache.clean(1_500)).toBe(0);
  expect((await cache.read(used, hour)).kind).toBe("answer");
  expect((await cache.read(claimed, hour)).kind).toBe("in_flight");
  await test.store.workers.leave(worker);
  expect(await cache.clean(1_500)).toBe(1);
});

it("the figures are those of an organisation or of all; clearing forgets and tells", async () => {
  const { cache, signals } = test.store;
  const [mine, theirs] = [keyOf("mine"), keyOf("theirs")];
  await cache.keep(mine, answerOf("a"), hour);
  await cache.keep(theirs, answerOf("b"), hour);
  await cache.claim(keyOf("mine"), worker, hour);
  const counts = { organisation: "mine", hits: 2, shared: 1, misses: 1, savedMicros: 120 };
  await cache.count([counts], []);
  await cache.count([counts, { ...counts, organisation: "theirs" }], [{ ...mine, hits: 2 }]);
  expect(await cache.figures("mine")).toEqual({
    entries: 1,
    bytes: JSON.stringify(answerOf("a").message).length,
    hits: 4,
    shared: 2,
    misses: 2,
    savedMicros: 240,
  });
  expect(await cache.figures()).toMatchObject({ entries: 2, hits: 6, savedMicros: 360 });
  const told = new Promise<void>((resolve) => void signals.onCacheCleared(resolve));
  expect(await cache.clear("mine")).toBe(1);
  await told;
  expect(await cache.figures()).toMatchObject({ entries: 1, hits: 6 });
  expect(await cache.clear()).toBe(1);
});
