import type { Agent } from "./agent.ts";
import type { BatchFork } from "./batch-fork.ts";
import type { BudgetScope } from "./budget.ts";
import type { BudgetAsk, BudgetLease } from "./budget-lease.ts";
import type { AnswerStore } from "./cache.ts";
import type { Environment, StartedBy } from "./caller.ts";
import type { Connection } from "./connection.ts";
import type { CredentialScope } from "./credential.ts";
import type { Label } from "./label.ts";
import type { FileLabelStore } from "./file-label-store.ts";
import type { Event, EventData } from "./event.ts";
import type { ForkedJournal, ForkOrder } from "./fork-journal.ts";
import type { InterruptAnswer } from "./interrupt.ts";
import type { JsonObject } from "./json.ts";
import type { NewRun } from "./new-run.ts";
import type { JournalPort } from "./port.ts";
import type { AccessRule } from "./policy.ts";
import type { QueuedPlanEdit } from "./take-plan-edit.ts";
import type { ProviderBatchStore } from "./provider-batch.ts";
import type { FoundSandbox } from "./sandbox-tier.ts";
import type { ScheduleStore } from "./schedule-store.ts";
import type { OpenInterrupt, Run } from "./run.ts";
import type { TeamStore } from "./team-store.ts";
import type { ToolHealthStore } from "./tool-health.ts";
import type { ToolTermsStore } from "./tool-usage.ts";
import type { ToolRules } from "./tool-rule.ts";

/** A segment that has to be put into the queue. */
export interface Segment {
  runId: string;
  segment: number;
  batch: boolean;
  /** Its place in the queue, lowest first: what its organisation has under way, and before it. */
  turn: number;
}

export interface Claim {
  runId: string;
  segment: number;
  worker: string;
}

export interface ClaimedRun {
  epoch: number;
  interactive: boolean;
  cancelRequested: boolean;
  /** Messages of other agents lie for it. */
  hasMail: boolean;
  pauseRequested: boolean;
  /** Events from outside wait to be taken into the journal. */
  hasOutside: boolean;
  batchId: string | null;
  /** Of the run's batch, 0 to 9; 5 for single runs. */
  priority: number;
  /** The whole journal of the run. */
  events: Event[];
}

/** A running batch as the feeder sees it, locked. */
export interface ReleasableBatch {
  batchId: string;
  agentId: string;
  agentName: string;
  agentVersion: number;
  template: string;
  organisation: string;
  environment: Environment;
  startedBy?: StartedBy;
  user?: string;
  labels?: Label[];
  economyUntil?: string;
  /** Its rows are forks, made so. */
  fork?: BatchFork;
}

/** How the rows of a batch become runs. What they throw fails the whole step. */
export interface RowMakers {
  /** The run of a row. */
  run(batch: ReleasableBatch, row: { row: number; data: JsonObject }): NewRun;
  /** The fork of a row that names a run. */
  fork(batch: ReleasableBatch & { fork: BatchFork }, row: number): ForkOrder;
  /** How the fork's journal begins; what it throws is the row's own error. */
  plan(events: Event[], order: ForkOrder): ForkedJournal;
}

export type BatchTick =
  /** So many rows were released: their first segments are due in the queue. */
  | { kind: "released"; rows: number }
  | { kind: "budget_spent" }
  | { kind: "completed" }
  /** Nothing to do now, or another worker is at it. */
  | { kind: "idle" };

/** What people want of a run that a worker holds. */
export interface SteerRequest {
  runId: string;
  cancel: { by: string; reason: string | null } | null;
  pause: { by: string; reason: string | null } | null;
}

/**
 * An event that somebody outside has for a run, while a worker writes its journal: that one takes it in at
 * the run's next step.
 */
export interface OutsideEvent {
  id: number;
  event: EventData;
}

/** One that nobody has answered in time. */
export interface ExpiredInterrupt {
  run: Run;
  interrupt: OpenInterrupt;
}

/** What the engine asks of the store. Each function is one transaction. */
export interface EngineStore {
  journal: JournalPort;
  agents: {
    getVersion(agentId: string, version: number): Promise<Agent>;
    /** The newest version of the agent of that name. Throws `not_found`. */
    newest(scope: CredentialScope, name: string): Promise<Agent>;
  };
  runs: {
    create(run: NewRun): Promise<void>;
    claim(claim: Claim): Promise<ClaimedRun | null>;
    /** The journals of a run and those it goes on from, newest first; without partial text. */
    lineage(runId: string, limit: number): Promise<{ runId: string; events: Event[] }[]>;
    /** Makes due the held runs whose thread has come to them; returns how many. */
    releaseHeld(): Promise<number>;
    /** Epoch of the run while it is running. */
    ownerEpoch(runId: string): Promise<number | undefined>;
    /** Ends the segment without ending the run; false when the epoch owns it no more. */
    continue(runId: string, epoch: number): Promise<boolean>;
    /**
     * Hands due segments of single runs to `enqueue` and notes them as queued when that resolves.
     * Workers may all call it: each segment is handed to one. Enqueueing twice must be harmless. Returns
     * how many there were.
     */
    queueSingles(limit: number, enqueue: (segments: Segment[]) => Promise<void>): Promise<number>;
    /**
     * The same for batches, which get at most `perWorker` segments for each worker, organisations in turns. Returns
     * how many there were, and whether some are left for want of room.
     */
    queueBatchRuns(
      limit: number,
      enqueue: (segments: Segment[]) => Promise<void>,
      perWorker: number,
    ): Promise<{ queued: number; isLeft: boolean }>;
    /** Runs that stopped at one of these ended segments are due again; returns how many. */
    requeueStranded(ended: { runId: string; segment: number }[]): Promise<number>;
    cancel(runId: string, by: string, reason?: string): Promise<void>;
    /** Of those of the runs that somebody wants something of. */
    steerRequests(runIds: string[]): Promise<SteerRequest[]>;
    /** In the order in which they came. */
    outsideEvents(runId: string): Promise<OutsideEvent[]>;
    /** One that cannot follow in the run: it waits no longer. */
    dropOutside(runId: string, id: number): Promise<void>;
    /** Takes them into the journal of a run that no worker holds any more. */
    settleOutside(runId: string): Promise<void>;
    /** The same for every run that was left with some. */
    settleAllOutside(): Promise<void>;
    retry(runId: string, by: string): Promise<void>;
    /** Deletes up to 1,000 runs that ended that long ago; returns their ids. */
    deleteOld(days: number): Promise<string[]>;
  };
  batches: {
    running(): Promise<string[]>;
    tick(batchId: string, makers: RowMakers): Promise<BatchTick>;
    /** Keeps the certificate of a batch that has ended. */
    certify(batchId: string): Promise<void>;
    cancel(batchId: string): Promise<string[]>;
    reopen(batchId: string): Promise<string[]>;
  };
  teams: TeamStore;
  cache: AnswerStore;
  requests: {
    /** Forgets Idempotency-Keys that count no longer. */
    deleteOld(): Promise<void>;
  };
  mcp: {
    /** Forgets sessions of MCP clients that nobody uses any more. */
    deleteIdle(): Promise<void>;
  };
  plans: {
    /** Edits of the run's plan that its worker is to take in, in order. */
    queued(runId: string): Promise<QueuedPlanEdit[]>;
    /** Those up to a number are in the journal. */
    taken(runId: string, through: number): Promise<void>;
  };
  connections: {
    /** Those of an environment, by name. */
    of(scope: CredentialScope): Promise<Connection[]>;
  };
  rules: {
    /** The access rules of an organisation. */
    of(organisation: string): Promise<AccessRule[]>;
  };
  toolRules: {
    /** The tool rules of an organisation that can decide something. */
    of(organisation: string): Promise<ToolRules>;
  };
  interrupts: {
    /** Answers up to so many that nobody has answered in time; returns how many there were. */
    expire(
      limit: number,
      give: (asked: ExpiredInterrupt) => { by: string; answer: InterruptAnswer; expired: true },
    ): Promise<number>;
    /** Reminds those who are asked. */
    remind(limit: number): Promise<number>;
    /** Asks those who come after them. */
    escalate(limit: number): Promise<number>;
  };
  budgets: {
    /** Every budget that is not a batch's own. */
    scopes(): Promise<BudgetScope[]>;
    /** Exchanges a worker's leases for what it asks now; a budget that does not exist has no answer. */
    lease(worker: string, asks: BudgetAsk[]): Promise<BudgetLease[]>;
    giveBack(worker: string): Promise<void>;
    /** Runs and batches that a budget had stopped which is not spent any more are due again. */
    wake(): Promise<number>;
  };
  costs: {
    /** Adds charges up by day; each is counted exactly once. `isMore`: call again. */
    rollUp(): Promise<{ charges: number; isMore: boolean }>;
  };
  providerBatches: ProviderBatchStore;
  toolHealth: ToolHealthStore;
  toolTerms: ToolTermsStore;
  fileLabels: FileLabelStore;
  schedules: ScheduleStore;
  workers: {
    register(worker: { id: string; host: string; pid: number }): Promise<void>;
    heartbeat(beat: {
      id: string;
      activeRuns: number;
      memoryBytes: number;
      /** How long the event loop was held up since the last beat, at the 99th percentile. */
      loopDelayMs?: number;
      /** Once it is known. */
      sandbox?: FoundSandbox | undefined;
      /** Of one processor, since the last beat. */
      cpuPercent?: number;
    }): Promise<boolean>;
    takeOver(
      self: string,
      leaseMs: number,
      knownDead: string[],
      recover: (dead: string) => Promise<void>,
    ): Promise<string | undefined>;
    leave(id: string): Promise<void>;
    list(): Promise<{ id: string; host: string; pid: number }[]>;
    /** Does `launch` while no other worker does its own. */
    launchAlone(launch: () => Promise<void>): Promise<void>;
  };
  /** Signals between processes; they carry ids only and may be missed. */
  signals: {
    /** Runs (and their batches) that changed: `runId` or `runId:batchId`. */
    onChange(callback: (ids: string[]) => void): () => void;
    /** Segments are due in the queue. */
    onDue(callback: () => void): () => void;
    onCancel(callback: (runId: string) => void): () => void;
    /** Children have ended, or what lies below a run is to be cancelled. */
    onTree(callback: () => void): () => void;
    /** Somebody wants a run to pause, or has an event for it. */
    onSteer(callback: (runId: string, wanted: "pause" | "outside") => void): () => void;
    /** Budgets were changed, or those of batches. */
    onBudgetChange(callback: () => void): () => void;
    /** Another run has written to this one. */
    onMail(callback: (runId: string) => void): () => void;
    onWatch(callback: (runId: string) => void): () => void;
    /** The access rules of an organisation were changed. */
    onRuleChange(callback: (organisation: string) => void): () => void;
    /** The tool rules of an organisation were changed. */
    onToolRuleChange(callback: (organisation: string) => void): () => void;
    /** A schedule was changed, or has something to start. */
    onSchedule(callback: () => void): () => void;
    /** The kept answers of model calls were forgotten. */
    onCacheCleared(callback: () => void): () => void;
    /** Signals may have been missed: look at the tables. */
    onCatchUp(callback: () => void): () => void;
  };
}
