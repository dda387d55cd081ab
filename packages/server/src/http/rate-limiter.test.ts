import fc from "fast-check";
import { expect, test } from "vitest";
import { RateLimiter } from "./rate-limiter.ts";

test("in any stretch of time no more are allowed than the burst and what it has earned", () => {
  const rates = fc.record({
    perMinute: fc.integer({ min: 1, max: 6_000 }),
    burst: fc.integer({ min: 1, max: 50 }),
  });
  const pauses = fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(rates, pauses, (rate, gaps) => {
      const limiter = new RateLimiter(rate);
      let now = 1_000_000;
      const allowed: number[] = [];
      for (const gap of gaps) {
        now += gap;
        const { remaining, retryAfterMs, ...answer } = limiter.take("one", now);
        expect(remaining).toBeGreaterThanOrEqual(0);
        expect(remaining).toBeLessThan(rate.burst);
        expect(answer.allowed).toBe(retryAfterMs === 0);
        if (answer.allowed) allowed.push(now);
        else expect(limiter.take("one", now + retryAfterMs - 0.5).allowed).toBe(false);
      }
      allowed.forEach((from, first) => {
        allowed.slice(first).forEach((to, count) => {
          const earned = ((to - from) / 60_000) * rate.perMinute;
          expect(count + 1).toBeLessThanOrEqual(rate.burst + earned + 1e-6);
        });
      });
    }),
    { numRuns: 60 },
  );
});

test("who waits as long as he was told is let in; one key does not touch another", () => {
  const limiter = new RateLimiter({ perMinute: 60, burst: 3 });
  const left = [1, 2, 3].map(() => limiter.take("a", 0).remaining);
  expect(left).toEqual([2, 1, 0]);
  const refused = limiter.take("a", 0);
  expect(refused).toMatchObject({ allowed: false, remaining: 0, resetMs: 3_000 });
  expect(limiter.take("b", 0).allowed).toBe(true);
  expect(limiter.take("a", refused.retryAfterMs).allowed).toBe(true);
});

test("it remembers a bounded number of keys, and none for long", () => {
  const limiter = new RateLimiter({ perMinute: 60_000, burst: 10 });
  for (let i = 0; i < 1_000; i++) limiter.take(`key ${i}`, i);
  expect(limiter.size).toBeLessThan(10);
  const slow = new RateLimiter({ perMinute: 1, burst: 1 });
  for (let i = 0; i < 100_100; i++) slow.take(`key ${i}`, 0);
  expect(slow.size).toBe(100_000);
});
