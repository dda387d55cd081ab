import {
  breakerState,
  sandboxRemedy,
  type ComponentHealth,
  type HealthState,
  type SandboxTier,
  type TargetHealth,
} from "@flotilla/core";
import type { DatabaseFigures, WorkerFigures } from "@flotilla/store";

/** What is found of a component; when is said by who asked. */
export type Finding = Omit<ComponentHealth, "at">;

const healthy = { state: "ok", reason: null, remedy: null } as const;

interface Rule {
  /** Whether it applies. */
  when: boolean;
  state: HealthState;
  reason: string;
  remedy: string;
}

/** The first rule that applies decides; the worst come first. */
function judge(component: string, figures: Record<string, number>, rules: Rule[]): Finding {
  const rule = rules.find(({ when }) => when);
  const { state, reason, remedy } = rule ?? healthy;
  return { component, state, reason, remedy, figures };
}

const slowAnswerMs = 250;

/** @param latencyMs of a small statement; null: it did not answer */
export function judgeDatabase(latencyMs: number | null, found: DatabaseFigures | null): Finding {
  if (latencyMs === null || !found) {
    return judge("database", {}, [
      {
        when: true,
        state: "down",
        reason: "the database does not answer",
        remedy:
          "See the log of Postgres; with your own server, check DATABASE_URL and the network.",
      },
    ]);
  }
  const { connections, maxConnections, bytes } = found;
  return judge("database", { latencyMs, connections, maxConnections, bytes }, [
    {
      when: connections >= 0.9 * maxConnections,
      state: "degraded",
      reason: `${connections} of ${maxConnections} connections are in use`,
      remedy: "Raise max_connections of the server, or run fewer workers.",
    },
    {
      when: latencyMs > slowAnswerMs,
      state: "degraded",
      reason: `a small statement takes ${Math.round(latencyMs)} ms`,
      remedy: "Look at the load of the database's machine and at the network to it.",
    },
  ]);
}

/** Single runs are to begin at once; rows of batches wait for room, which is no fault. */
export function judgeQueue({ due, lagMs, batchLagMs }: DatabaseFigures): Finding {
  const late = `a run has been due for ${Math.round(lagMs / 1_000)} s`;
  return judge("queue", { due, lagMs, batchLagMs }, [
    {
      when: lagMs > 60_000,
      state: "down",
      reason: late,
      remedy: "Start workers with `flotilla worker`; see `flotilla errors list` if they run.",
    },
    {
      when: lagMs > 5_000,
      state: "degraded",
      reason: late,
      remedy: "Start more workers, or raise their concurrency.",
    },
  ]);
}

export function judgeWorkers(found: WorkerFigures): Finding {
  const { alive, silent, loopDelayMs } = found;
  const { sandboxes: _sandboxes, ...figures } = found;
  return judge("workers", figures, [
    {
      when: alive === 0,
      state: "down",
      reason: "no worker is alive: runs stay pending",
      remedy: "Start one with `flotilla worker`, or the whole platform with `flotilla up`.",
    },
    {
      when: silent > 0,
      state: "degraded",
      reason: `${silent} went silent and ${silent === 1 ? "was" : "were"} not taken over yet`,
      remedy: "Others take over what they had within seconds; if not, see the workers' logs.",
    },
    {
      when: loopDelayMs > 500,
      state: "degraded",
      reason: `a worker's event loop is held up for ${Math.round(loopDelayMs)} ms`,
      remedy: "Give it more CPU, lower its concurrency, or look for a tool that computes for long.",
    },
  ]);
}

/** A tier that the settings ask for is as it should be, whichever it is. */
export function judgeSandbox({ sandboxes }: Pick<WorkerFigures, "sandboxes">): Finding {
  const count = (tier: SandboxTier) => sandboxes.filter((one) => one.tier === tier).length;
  const figures = {
    ...{ none: count("none"), landlock: count("landlock") },
    bubblewrap: count("landlock+bubblewrap"),
  };
  const lacking = sandboxes.find((one) => one.tier === "none" && sandboxRemedy(one));
  return judge("sandbox", figures, [
    {
      when: lacking !== undefined,
      state: "degraded",
      reason: `programs of tools are refused on ${figures.none} of ${sandboxes.length} workers: ${lacking?.why}`,
      remedy: (lacking && sandboxRemedy(lacking)) ?? "",
    },
  ]);
}

const fewestCalls = 5;

/** A provider by what its models' callers saw lately. @param now by the database's clock */
export function judgeProvider(name: string, targets: TargetHealth[], now: number): Finding {
  const open = targets.filter((target) => breakerState(target, now) === "open");
  const paused = targets.filter(({ pausedUntil }) => Date.parse(pausedUntil ?? "") > now);
  const sum = (of: (target: TargetHealth) => number) =>
    targets.reduce((total, target) => total + of(target) * faded(target, now), 0);
  const calls = sum(({ recentCalls }) => recentCalls);
  const failures = sum(({ recentFailures }) => recentFailures);
  const errorRate = calls > 0 ? failures / calls : 0;
  const figures = {
    ...{ models: targets.length, open: open.length, paused: paused.length },
    ...{ recentCalls: Math.round(calls), errorRate },
  };
  const names = (some: TargetHealth[]) => some.map(({ model }) => model).join(", ");
  return judge(`provider:${name}`, figures, [
    {
      when: open.length === targets.length && open.length > 0,
      state: "down",
      reason: `no call is let through: ${names(open)} failed too often`,
      remedy: "See the provider's status; once it is well, `flotilla models reset` does not wait.",
    },
    {
      when: open.length > 0,
      state: "degraded",
      reason: `the breaker of ${names(open)} is open`,
      remedy: "See the provider's status; routes go to their other targets meanwhile.",
    },
    {
      when: paused.length > 0,
      state: "degraded",
      reason: `the provider asked for a pause of ${names(paused)}`,
      remedy: "Calls go on by themselves; lower the load, or raise the limits at the provider.",
    },
    {
      when: calls >= fewestCalls && errorRate > 0.5,
      state: "degraded",
      reason: `${Math.round(100 * errorRate)} % of the calls of the last half minute failed`,
      remedy: "See `flotilla errors list` and the provider's status.",
    },
  ]);
}

/** Recent counts fade with the half-life that the breakers use, also while nothing is counted. */
function faded({ notedAt }: TargetHealth, now: number): number {
  return 0.5 ** (Math.max(0, now - Date.parse(notedAt)) / 15_000);
}

const gigabyte = 1_000_000_000;

export function judgeDisk(name: string, freeBytes: number, totalBytes: number): Finding {
  const free = `${(freeBytes / gigabyte).toFixed(1)} GB`;
  const remedy = `Free some space where the platform keeps its ${name}, or move it.`;
  const reason = `only ${free} are free`;
  return judge(`disk:${name}`, { freeBytes, totalBytes }, [
    { when: freeBytes < 0.2 * gigabyte, state: "down", reason, remedy },
    { when: freeBytes < gigabyte, state: "degraded", reason, remedy },
  ]);
}

/** @param availableBytes to this process, where its container bounds it also by that */
export function judgeMemory(rssBytes: number, availableBytes: number, totalBytes: number): Finding {
  const percent = Math.round((100 * availableBytes) / totalBytes);
  return judge("memory", { rssBytes, availableBytes, totalBytes }, [
    {
      when: availableBytes < 0.05 * totalBytes,
      state: "degraded",
      reason: `${percent} % of the memory is left`,
      remedy: "Run fewer workers, or lower their concurrency; see what else runs on the machine.",
    },
  ]);
}
