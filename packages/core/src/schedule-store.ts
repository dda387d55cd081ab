import type { Agent } from "./agent.ts";
import type { Environment, StartedBy } from "./caller.ts";
import type { ErrorRecord } from "./error.ts";
import type { ScheduleSpec } from "./schedule.ts";
import type { LastStart } from "./schedule-values.ts";
import type { PlannedStart } from "./start-template.ts";

/** A schedule as those who start things by it see it, locked. */
export interface DueSchedule {
  id: string;
  spec: ScheduleSpec;
  organisation: string;
  environment: Environment;
  startedBy?: StartedBy;
  user?: string;
}

/** A due time whose turn it is, with what its start needs. */
export interface DueStart {
  /** Unix milliseconds. */
  dueAt: number;
  agent: Agent;
  /** What the schedule's last run that was completed left, where the template speaks of it. */
  last?: LastStart;
}

/** What a schedule has under way. */
export type UnderWay = { runId: string } | { batchId: string };

/** What moving a schedule on came to. */
export interface ScheduleTurn {
  id: string;
  name: string;
  organisation: string;
  started: number;
  /** Why due times could not be started. */
  errors: ErrorRecord[];
  /** To be cancelled before what is due can start; then the schedule has its turn again. */
  cancel: UnderWay[];
}

/** What the engine asks of the store about schedules. Each function is one transaction. */
export interface ScheduleStore {
  /**
   * Moves one schedule on whose time has come: notes its due times, and starts what may start. Any worker may
   * call it; the schedule's row lock lets one at a time do it, and what a dead one began is undone.
   *
   * @param plan makes the start of a due time. A FlotillaError that it throws is kept as what became of that
   *   time; any other leaves the schedule as it was
   * @param except schedules that are left alone for now
   * @returns undefined when no schedule is waiting for its turn, or others are at them
   */
  turn(
    plan: (schedule: DueSchedule, start: DueStart) => Promise<PlannedStart>,
    except: string[],
  ): Promise<ScheduleTurn | undefined>;
  /** Milliseconds until one must be looked at, null: none; and whether starts wait for others to end. */
  rest(except: string[]): Promise<{ ms: number | null; isBlocked: boolean }>;
  /** Gives schedules their turn whose starts waited for others that have ended; returns how many. */
  unblock(): Promise<number>;
  /** Forgets what became of due times longer ago than their schedule keeps it. */
  deleteOldStarts(): Promise<void>;
}
