import type { Agent } from "./agent.ts";
import type { Environment, StartedBy } from "./caller.ts";
import type { Overlap, ScheduleSpec, StartCause } from "./schedule.ts";
import type { LastStart } from "./schedule-values.ts";
import type { PlannedStart } from "./start-template.ts";
import type { TakenDue } from "./take-due.ts";

/** A schedule as those who start things by it see it, locked. */
export interface DueSchedule {
  id: string;
  spec: ScheduleSpec;
  organisation: string;
  environment: Environment;
  startedBy?: StartedBy;
  user?: string;
}

/** One due time whose turn it is. */
export interface DueStart {
  /** Unix milliseconds. */
  dueAt: number;
  cause: StartCause;
  overlap: Overlap;
}

/** What whoever moves a schedule on decides. */
export interface ScheduleSteps {
  /** Told first which schedule it is. */
  take(schedule: DueSchedule, from: number, now: number, waiting: number): TakenDue;
  /**
   * Makes the start of a due time. A FlotillaError that it throws is kept as what became of it; any other
   * leaves everything as it was.
   */
  plan(
    schedule: DueSchedule,
    start: DueStart,
    agent: Agent,
    last: LastStart | undefined,
  ): Promise<PlannedStart>;
}

/** What a schedule has under way. */
export type UnderWay = { runId: string } | { batchId: string };

export interface ScheduleTurn {
  scheduleId: string;
  started: number;
  failed: number;
  /** To be cancelled before what is due can start; then the schedule has its turn again. */
  cancel: UnderWay[];
  /** How late the last one started, in milliseconds; null: none did. */
  lagMs: number | null;
}

/** What the engine asks of the store about schedules. Each function is one transaction. */
export interface ScheduleStore {
  /**
   * Moves one schedule on whose time has come: notes its due times, and starts what may start. Any worker may
   * call it; the schedule's row lock lets one at a time do it, and what a dead one began is undone.
   *
   * @param except schedules that are left alone for now
   * @returns undefined when no schedule is waiting for its turn, or others are at them
   */
  turn(steps: ScheduleSteps, except: string[]): Promise<ScheduleTurn | undefined>;
  /** Milliseconds until a schedule must be looked at, null: none; and whether starts wait for others to end. */
  rest(): Promise<{ ms: number | null; isBlocked: boolean }>;
  /** Gives schedules their turn whose starts wait for others that have ended; returns how many. */
  unblock(): Promise<number>;
  /** Forgets what became of due times longer ago than their schedule keeps it. */
  deleteOldStarts(): Promise<void>;
}
