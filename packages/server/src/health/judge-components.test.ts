import { newTarget, type TargetHealth } from "@flotilla/core";
import { expect, test } from "vitest";
import {
  judgeDatabase,
  judgeDisk,
  judgeMemory,
  judgeProvider,
  judgeQueue,
  judgeSandbox,
  judgeWorkers,
} from "./judge-components.ts";

const database = {
  ...{ connections: 5, maxConnections: 100, bytes: 1 },
  ...{ due: 0, lagMs: 0, batchLagMs: 0 },
};
const workers = {
  alive: 2,
  silent: 0,
  oldestBeatMs: 300,
  loopDelayMs: 12,
  activeRuns: 4,
  sandboxes: [],
};
const sandboxes = (...tiers: ("none" | "landlock")[]) =>
  judgeSandbox({ sandboxes: tiers.map((tier) => ({ tier, why: "no Landlock" })) });
const now = Date.UTC(2026, 0, 1);
const target = (over: Partial<TargetHealth> = {}) => ({ ...newTarget("p/a", now), ...over });
const soon = new Date(now + 5_000).toISOString();

test.each([
  ["a database that answers", judgeDatabase(3, database), "ok"],
  ["one that is slow", judgeDatabase(900, database), "degraded"],
  [
    "one whose connections are used up",
    judgeDatabase(3, { ...database, connections: 95 }),
    "degraded",
  ],
  ["one that is away", judgeDatabase(null, null), "down"],
  ["a queue that is empty", judgeQueue(database), "ok"],
  ["rows of a batch that wait for room", judgeQueue({ ...database, batchLagMs: 9e6 }), "ok"],
  ["a run that is late", judgeQueue({ ...database, lagMs: 9_000 }), "degraded"],
  ["a run that nobody takes", judgeQueue({ ...database, lagMs: 90_000 }), "down"],
  ["workers that are alive", judgeWorkers(workers), "ok"],
  ["one that went silent", judgeWorkers({ ...workers, silent: 1 }), "degraded"],
  ["one that is held up", judgeWorkers({ ...workers, loopDelayMs: 800 }), "degraded"],
  ["a sandbox that holds", sandboxes("landlock"), "ok"],
  ["a worker without a sandbox", sandboxes("landlock", "none"), "degraded"],
  [
    "one whose settings turn it off",
    judgeSandbox({ sandboxes: [{ tier: "none", why: "the settings turn it off" }] }),
    "ok",
  ],
  ["no worker", judgeWorkers({ ...workers, alive: 0 }), "down"],
  ["a provider that nobody asked", judgeProvider("p", [], now), "ok"],
  ["a provider that answers", judgeProvider("p", [target({ recentCalls: 9 })], now), "ok"],
  [
    "a breaker that is open",
    judgeProvider("p", [target({ openUntil: soon }), target()], now),
    "degraded",
  ],
  ["all that are open", judgeProvider("p", [target({ openUntil: soon })], now), "down"],
  ["a pause", judgeProvider("p", [target({ pausedUntil: soon })], now), "degraded"],
  [
    "calls that fail",
    judgeProvider("p", [target({ recentCalls: 9, recentFailures: 8 })], now),
    "degraded",
  ],
  [
    "calls that failed long ago",
    judgeProvider("p", [target({ recentCalls: 9, recentFailures: 8 })], now + 120_000),
    "ok",
  ],
  ["a disk with room", judgeDisk("home", 5e9, 1e11), "ok"],
  ["a disk that fills up", judgeDisk("home", 5e8, 1e11), "degraded"],
  ["a disk that is full", judgeDisk("home", 1e8, 1e11), "down"],
  ["memory that is left", judgeMemory(1e8, 8e9, 16e9), "ok"],
  ["memory that runs out", judgeMemory(1e8, 1e8, 16e9), "degraded"],
])("%s: judged, with reason and remedy where something is wrong", (_what, finding, state) => {
  expect(finding.state).toBe(state);
  expect(finding.reason === null).toBe(state === "ok");
  expect(finding.remedy === null).toBe(state === "ok");
});
