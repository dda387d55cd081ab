import { setTimeout as sleep } from "node:timers/promises";
import type { ScheduleStart } from "@flotilla/core";
import type { Platform } from "../../platform.ts";
import type { Claim, Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { startFleet, workerId, type Fleet } from "../start-fleet.ts";
import { lastChanges, timesEveryHour, timesOnce } from "./walk-minutes.ts";

const zones = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"];
const hour = 3_600_000;

/** A schedule with a range of the past, and what is due in it by our own calculation. */
interface PastSchedule {
  name: string;
  ranges: { from: number; until: number; due: number[] }[];
}

/**
 * Five schedulers, one of which is killed at a due second again and again and then replaced: every due time is started exactly
 * once. Some are live, every second in three time zones; the others are backfilled around the days on which
 * clocks of these zones changed. What is due is computed apart from the product.
 */
export const schedules: Claim = {
  name: "schedules",
  async prove(proof) {
    const isFull = proof.scale.name === "full";
    const workers = isFull ? 5 : 3;
    const fleet = await startFleet(proof, { env: {}, config: {} }, { workers, concurrency: 50 });
    const { platform } = fleet;
    const past = await makePast(platform, isFull ? 26 * hour : 2 * hour);
    const live = await makeLive(platform, isFull ? 3 : 1);
    const filling = Promise.all(past.map((one) => backfill(proof, platform, one)));
    const rounds = isFull ? 6 : 1;
    for (let round = 0; round < rounds; round++) await killAtDueSecond(proof, fleet, isFull);
    await filling;
    await sleep(isFull ? 10_000 : 2_000);
    for (const name of live.keys()) await platform.client.schedules.pause(name);

    let dueTimes = 0;
    for (const schedule of past) {
      const due = schedule.ranges.flatMap((range) => range.due).toSorted((a, b) => a - b);
      await startedOnce(proof, platform, schedule.name, due);
      dueTimes += due.length;
    }
    const lags: number[] = [];
    for (const [name, first] of live) {
      const starts = await allStarts(platform, name);
      const last = Math.max(...starts.map(({ dueAt }) => Date.parse(dueAt)));
      const due = Array.from({ length: (last - first) / 1_000 + 1 }, (_, i) => first + i * 1_000);
      await startedOnce(proof, platform, name, due);
      dueTimes += due.length;
      lags.push(...starts.map(({ at, dueAt }) => Date.parse(at) - Date.parse(dueAt)));
    }
    proof.figure("schedulers", workers);
    proof.figure("kills", rounds);
    proof.figure("dueTimes", dueTimes);
    if (isFull) proof.holds(dueTimes >= 1_000, `only ${dueTimes} due times were tried`);
    const sorted = lags.toSorted((a, b) => a - b);
    proof.figure("liveStarts", lags.length);
    proof.figure("lagP50Ms", sorted[Math.floor(sorted.length / 2)] ?? 0);
    proof.figure("lagP99Ms", sorted[Math.floor(sorted.length * 0.99)] ?? 0);

    // Once more, over parts that overlap: there is nothing left to start.
    for (const { name, ranges } of past) {
      for (const { from, until } of ranges) {
        for (const part of [
          { from, until },
          { from, until: from + (until - from) / 2 },
        ]) {
          const { queued } = await platform.client.schedules.backfill(name, rangeOf(part));
          proof.holds(queued === 0, `${name}: a backfill done again would start ${queued}`);
        }
      }
    }
    proof.equals("runs", await countRuns(platform), dueTimes);
  },
};

const start = (agent: string) => ({
  kind: "run" as const,
  agent,
  input: { text: "{{schedule.dueAt}}" },
});

/** Each has an agent of its own, so that its runs can be counted. */
async function ownAgent(platform: Platform, name: string): Promise<void> {
  const instructions = JSON.stringify({ turns: [{ text: "done" }] });
  await platform.client.agents.apply({ name, model: "simulated/script", instructions });
}

/** In each zone one that goes by the clocks and one of every hour, around both changes of the last year. */
async function makePast(platform: Platform, around: number): Promise<PastSchedule[]> {
  const made: PastSchedule[] = [];
  for (const [i, timeZone] of zones.entries()) {
    const hours = [0, 1, 2, 3, 4, 23];
    const minutes = [0, 10, 15, 20, 30, 40, 45, 50];
    const quarters = [7, 22, 37, 52];
    const changes = lastChanges(timeZone, Date.now() - around - hour);
    const ranges = changes.map((change) => ({ from: change - around, until: change + around }));
    const kinds = [
      {
        name: `clock-${i + 1}`,
        cron: `${minutes.join(",")} ${hours.join(",")} * * *`,
        due: (from: number, until: number) => timesOnce({ timeZone, hours, minutes }, from, until),
      },
      {
        name: `hourly-${i + 1}`,
        cron: `${quarters.join(",")} * * * *`,
        due: (from: number, until: number) => timesEveryHour(timeZone, quarters, from, until),
      },
    ];
    for (const { name, cron, due } of kinds) {
      await ownAgent(platform, name);
      // It has begun and ended before now: what starts is backfilled.
      const endsAt = new Date(Date.now() - 1_000).toISOString();
      await platform.client.schedules.apply({
        name,
        when: { cron },
        timeZone,
        endsAt,
        overlap: "parallel",
        start: start(name),
      });
      const dueIn = ({ from, until }: { from: number; until: number }) => ({
        from,
        until,
        due: due(from, until),
      });
      made.push({ name, ranges: ranges.map(dueIn) });
    }
  }
  return made;
}

/** @returns the first due time of each */
async function makeLive(platform: Platform, each: number): Promise<Map<string, number>> {
  const made = new Map<string, number>();
  for (const [i, timeZone] of zones.entries()) {
    for (let copy = 1; copy <= each; copy++) {
      const name = `live-${i + 1}-${copy}`;
      await ownAgent(platform, name);
      const { nextDueAt } = await platform.client.schedules.apply({
        name,
        when: { cron: "* * * * * *" },
        timeZone,
        overlap: "parallel",
        // On a busy machine a scheduler may be away for long.
        catchUp: { missed: "all" },
        start: start(name),
      });
      made.set(name, Date.parse(nextDueAt ?? ""));
    }
  }
  return made;
}

function rangeOf({ from, until }: { from: number; until: number }) {
  return {
    from: new Date(from).toISOString(),
    until: new Date(until).toISOString(),
    overlap: "parallel" as const,
  };
}

/** In two halves at the same time, which meet in the middle. */
async function backfill(
  proof: Proof,
  platform: Platform,
  { name, ranges }: PastSchedule,
): Promise<void> {
  for (const { from, until, due } of ranges) {
    const middle = from + (until - from) / 2;
    const halves = [
      { from, until: middle },
      { from: middle, until },
    ];
    const found = await Promise.all(
      halves.map((half) => platform.client.schedules.backfill(name, rangeOf(half))),
    );
    const queued = found.reduce((sum, one) => sum + one.queued, 0);
    proof.holds(
      queued === due.length,
      `${name}: ${queued} of a range were queued, and ${due.length} are due`,
    );
  }
}

/** Kills a scheduler around the next full second, at which things are due, and puts another in its place. */
async function killAtDueSecond(proof: Proof, fleet: Fleet, replace: boolean): Promise<void> {
  await sleep(3_000);
  const [victim] = fleet.workers.splice(Math.floor(proof.random() * fleet.workers.length), 1);
  const after = Math.floor(proof.random() * 25);
  await sleep(1_000 - (Date.now() % 1_000) + after);
  victim?.process.kill("SIGKILL");
  proof.tell(`a scheduler was killed ${after} ms after a due second`);
  if (replace) await workerId(fleet.addWorker(), 1);
}

async function allStarts(platform: Platform, name: string): Promise<ScheduleStart[]> {
  const all: ScheduleStart[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await platform.client.schedules.starts(name, {
      limit: 1_000,
      ...(cursor && { cursor }),
    });
    all.push(...page.items);
    cursor = page.nextCursor;
  }
  return all;
}

/** Its history is these due times, each with a run of its own, and there are no other runs. */
async function startedOnce(
  proof: Proof,
  platform: Platform,
  name: string,
  due: number[],
): Promise<void> {
  const expected = due.map((time) => new Date(time).toISOString());
  const starts = await eventually({ what: `${name} to end`, timeoutMs: 300_000 }, async () => {
    const found = await allStarts(platform, name);
    const isOver = found.every(
      ({ outcome, status }) => outcome !== "queued" && status === "completed",
    );
    return isOver && found.length >= due.length ? found : undefined;
  });
  const same = (what: string, found: string[]) =>
    proof.holds(
      JSON.stringify(found.toSorted()) === JSON.stringify(expected),
      `${name}: its ${found.length} ${what} are not the ${expected.length} due times`,
    );
  same(
    "starts",
    starts.map(({ dueAt }) => dueAt),
  );
  const ids = new Set(starts.map(({ runId }) => runId));
  proof.holds(ids.size === due.length, `${name}: ${due.length} times have ${ids.size} runs`);
  same("runs", await inputsOf(platform, name));
}

/** What the runs of an agent were asked. */
async function inputsOf(platform: Platform, agent: string): Promise<string[]> {
  const inputs: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await platform.client.runs.list({
      agent,
      limit: 1_000,
      ...(cursor && { cursor }),
    });
    inputs.push(...page.items.map(({ input }) => input));
    cursor = page.nextCursor;
  }
  return inputs;
}

async function countRuns(platform: Platform): Promise<number> {
  const { runs } = await platform.client.status();
  return Object.values(runs).reduce((sum, count) => sum + count, 0);
}
