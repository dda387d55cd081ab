import { expect, test } from "vitest";
import { KnownCallers, type Known } from "./known-callers.ts";

function setting() {
  const clock = { now: 1_000 };
  const callers = new KnownCallers<string>(() => clock.now);
  let reads = 0;
  const found = (value: string, until = Infinity): Known<string> => ({
    value,
    subjects: [`key:${value}`],
    until,
  });
  const ask = (credential: string, answer: Known<string> | null) =>
    callers.get(credential, async () => {
      reads++;
      return answer;
    });
  return { clock, callers, found, ask, reads: () => reads };
}

test("a credential is looked up once in fifteen seconds, and no longer than it is good", async () => {
  const { clock, found, ask, reads } = setting();
  for (let i = 0; i < 3; i++) expect(await ask("a", found("ann"))).toBe("ann");
  expect(reads()).toBe(1);
  clock.now += 15_000;
  await ask("a", found("ann"));
  expect(reads()).toBe(2);
  await ask("b", found("bob", clock.now + 10));
  clock.now += 10;
  expect(await ask("b", null)).toBeNull();
  expect(await ask("b", found("bob", clock.now))).toBeNull();
});

test("requests at the same time share one look; what is not good is looked up again", async () => {
  const { found, ask, reads } = setting();
  await Promise.all([ask("a", found("ann")), ask("a", found("ann")), ask("a", found("ann"))]);
  expect(reads()).toBe(1);
  expect(await ask("x", null)).toBeNull();
  expect(await ask("x", null)).toBeNull();
  expect(reads()).toBe(3);
});

test("a change is heeded at once, for the one it is about", async () => {
  const { callers, found, ask, reads } = setting();
  await ask("a", found("ann"));
  await ask("b", found("bob"));
  callers.forget("key:ann");
  expect(await ask("a", null)).toBeNull();
  expect(await ask("b", null)).toBe("bob");
  expect(reads()).toBe(3);
  callers.forgetAll();
  expect(await ask("b", null)).toBeNull();
});

test("an answer that was read before a change is not remembered, nor shared with who asks after it", async () => {
  const { callers, found, ask } = setting();
  const slow = Promise.withResolvers<Known<string> | null>();
  const before = callers.get("a", () => slow.promise);
  callers.forget("key:ann");
  const after = ask("a", null);
  slow.resolve(found("ann"));
  expect(await before).toBe("ann");
  expect(await after).toBeNull();
  expect(await ask("a", null)).toBeNull();
});

test("a lookup that fails is not remembered", async () => {
  const { callers, found, ask } = setting();
  await expect(callers.get("a", () => Promise.reject(new Error("away")))).rejects.toThrow("away");
  expect(await ask("a", found("ann"))).toBe("ann");
});
