import { expect, test } from "vitest";
import { Attempts } from "./attempts.ts";

test("a burst is let through, then one at a time, and a refusal says how long to wait", () => {
  let now = 1_000_000;
  const attempts = new Attempts(() => now);
  const rate = { burst: 3, perMinute: 6 };
  for (let i = 0; i < 3; i++) attempts.take("ann", rate);
  expect(() => attempts.take("ann", rate)).toThrow(
    expect.objectContaining({ code: "rate_limited", retryAfterMs: 10_000 }),
  );
  attempts.take("bob", rate);
  attempts.take("ann", { burst: 1, perMinute: 1 });
  now += 9_999;
  expect(() => attempts.take("ann", rate)).toThrow("too often");
  now += 1;
  attempts.take("ann", rate);
  expect(() => attempts.take("ann", rate)).toThrow("too often");
});

test("only what failed is counted where that is asked for", () => {
  const attempts = new Attempts(() => 0);
  const rate = { burst: 2, perMinute: 60 };
  for (let i = 0; i < 10; i++) attempts.check("k", rate);
  attempts.count("k", rate);
  attempts.check("k", rate);
  for (let i = 0; i < 5; i++) attempts.count("k", rate);
  expect(() => attempts.check("k", rate)).toThrow(expect.objectContaining({ retryAfterMs: 1_000 }));
});
