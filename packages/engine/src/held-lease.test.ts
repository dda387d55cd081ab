import { setTimeout as sleep } from "node:timers/promises";
import type { Append, JournalPort } from "@flotilla/core";
import { afterEach, expect, it, vi } from "vitest";
import { HeldLease, whileHeld } from "./held-lease.ts";
import { systemClock } from "./system-clock.ts";

const append: Append = { runId: "run_1", epoch: 1, seq: 2, events: [] };
const journal: JournalPort = {
  append: async () => ({
    ...{ cancelRequested: false, pauseRequested: false, hasOutside: false, hasMail: false },
  }),
  read: async () => [],
};

function leaseOf(renew: () => Promise<boolean>) {
  const closed = new AbortController();
  return new HeldLease(renew, systemClock, closed.signal);
}

/** As after a SIGSTOP: time has passed in which nothing ran. */
function freezeFor(ms: number): void {
  const frozen = performance.now() + ms;
  vi.spyOn(performance, "now").mockReturnValue(frozen);
}
afterEach(() => vi.restoreAllMocks());

it("does not ask while the last renewal is fresh", async () => {
  const renew = vi.fn<() => Promise<boolean>>(async () => true);
  await whileHeld(journal, leaseOf(renew)).append(append);
  expect(renew).not.toHaveBeenCalled();
});

it("asks before anything goes on after a freeze, once for all who wait", async () => {
  const renew = vi.fn<() => Promise<boolean>>(async () => true);
  const held = whileHeld(journal, leaseOf(renew));
  freezeFor(5_000);
  await Promise.all([held.append(append), held.append(append)]);
  expect(renew).toHaveBeenCalledTimes(1);
});

it("refuses to go on when the lease was lost meanwhile, and ever after", async () => {
  const lease = leaseOf(async () => false);
  freezeFor(5_000);
  await expect(whileHeld(journal, lease).append(append)).rejects.toMatchObject({ code: "fenced" });
  expect(lease.isHeld).toBe(false);
  await expect(lease.hold()).rejects.toMatchObject({ code: "fenced" });
});

it("waits while the database is away", async () => {
  let away = true;
  const lease = leaseOf(async () => {
    if (away) throw new Error("connection terminated");
    return true;
  });
  freezeFor(5_000);
  let resolved = false;
  const holding = lease.hold().then(() => (resolved = true));
  await sleep(300);
  expect(resolved).toBe(false);
  away = false;
  await holding;
  expect(resolved).toBe(true);
});
