import {
  FlotillaError,
  type EngineStore,
  type ErrorSink,
  type Log,
  type ScheduleTurn,
  type UnderWay,
} from "@flotilla/core";
import { planScheduled, type ScheduledParts } from "./plan-scheduled.ts";
import { repeat } from "./repeat.ts";
import { cancelBatch } from "./steer-batch.ts";

interface SchedulerParts extends ScheduledParts {
  store: Pick<EngineStore, "schedules" | "signals" | "batches" | "runs">;
  log: Log;
  /** Told of what could not be started. */
  errors?: ErrorSink;
}

/** Even if nothing was heard: a signal may have been missed. */
const longestMs = 30_000;
/** What is due already is in another scheduler's hands. */
const anotherMs = 100;
/** While starts wait for others to end, an end that nobody heard of counts after this time. */
const blockedMs = 5_000;
const betweenChangesMs = 250;
/** A schedule that cannot be moved on is left alone for so long, so that it holds up no other. */
const restMs = 5_000;

/**
 * Starts what is due by the schedules. Every worker does it, and none leads: whoever is first has a schedule's
 * row locked, notes its due times and creates what they start in one transaction. Between due times it
 * sleeps, by the database's clock.
 */
export function startScheduler(parts: SchedulerParts): { stop(): Promise<void> } {
  const { store, log } = parts;
  const resting = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let isBlocked = false;
  const loop = repeat("starting what is due", log, { everyMs: longestMs, quietMs: 5 }, async () => {
    clearTimeout(timer);
    if (isBlocked) await store.schedules.unblock();
    while (await moveOn(parts, resting));
    const rest = await store.schedules.rest(awake(resting));
    isBlocked = rest.isBlocked;
    const most = isBlocked ? blockedMs : resting.size > 0 ? restMs : longestMs;
    timer = setTimeout(() => loop.poke(), sleepMs(rest.ms, most));
  });
  const ended = repeatedly(betweenChangesMs, () => loop.poke());
  const unlisten = [
    store.signals.onSchedule(() => loop.poke()),
    store.signals.onCatchUp(() => loop.poke()),
    store.signals.onChange(() => {
      if (isBlocked) ended.poke();
    }),
  ];
  return {
    async stop() {
      for (const end of unlisten) end();
      ended.stop();
      await loop.stop();
      clearTimeout(timer);
    },
  };
}

function sleepMs(due: number | null, most: number): number {
  if (due === null) return most;
  return due <= 0 ? anotherMs : Math.min(due, most);
}

/** Calls at most once in a while. */
function repeatedly(ms: number, call: () => void): { poke(): void; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  return {
    poke() {
      timer ??= setTimeout(() => {
        timer = undefined;
        call();
      }, ms);
    },
    stop() {
      clearTimeout(timer);
    },
  };
}

function awake(resting: Map<string, number>): string[] {
  for (const [id, until] of resting) {
    if (until <= performance.now()) resting.delete(id);
  }
  return [...resting.keys()];
}

/** Moves one schedule on; false when none is waiting. */
async function moveOn(parts: SchedulerParts, resting: Map<string, number>): Promise<boolean> {
  const { store, log } = parts;
  let scheduleId: string | undefined;
  try {
    const turn = await store.schedules.turn((schedule, start) => {
      scheduleId = schedule.id;
      return planScheduled(parts, schedule, start);
    }, awake(resting));
    if (!turn) return false;
    note(parts, turn);
    for (const one of turn.cancel) await cancel(parts, turn.name, one);
    return true;
  } catch (error) {
    if (scheduleId === undefined) throw error;
    resting.set(scheduleId, performance.now() + restMs);
    log.warn({ err: error, scheduleId }, "a schedule could not be moved on; it is tried again");
    return true;
  }
}

function note({ log, errors }: SchedulerParts, turn: ScheduleTurn): void {
  const { id, name, organisation, started } = turn;
  const failed = turn.errors.length;
  const fields = { scheduleId: id, schedule: name, started, failed };
  for (const { code, message } of turn.errors) {
    errors?.take({ source: "run", organisation, code, message: `${name}: ${message}` });
  }
  if (failed > 0) log.warn(fields, "what was due could not be started; its history says why");
  else if (started > 0) log.info(fields, "started what was due");
}

/** What has ended meanwhile is left as it is. */
async function cancel({ store }: SchedulerParts, name: string, one: UnderWay): Promise<void> {
  const by = `schedule ${name}`;
  try {
    if ("runId" in one) await store.runs.cancel(one.runId, by, "the next start was due");
    else await cancelBatch(store, one.batchId, by);
  } catch (error) {
    const isOver = error instanceof FlotillaError && ["conflict", "not_found"].includes(error.code);
    if (!isOver) throw error;
  }
}
