import type {
  ActiveAgent,
  Agent,
  AgentSpec,
  AccessRule,
  ArtifactPort,
  BudgetPort,
  CapacityPort,
  Clock,
  ErrorSink,
  History,
  JsonObject,
  CredentialPort,
  Log,
  ModelPort,
  PlacedTools,
  ProviderBatchPort,
  RedactPort,
  RouterPort,
  RouteRules,
  ToolPort,
  ToolPolicy,
} from "@flotilla/core";
import type { AnswerCache } from "./answer-cache.ts";
import type { GuessOutput } from "./guess-output.ts";
import type { HistoryReader } from "./history-reader.ts";
import type { RuleBook } from "./rule-book.ts";
import type { SegmentStore } from "./patient-store.ts";
import type { ToolBreakers } from "./tool-breakers.ts";
import type { ToolDesk } from "./tool-desk.ts";
import type { SegmentJournal } from "./segment-journal.ts";

/** What the engine is made of, shared by all segments of a worker. */
export interface EngineParts {
  store: SegmentStore;
  models: ModelPort;
  router: RouterPort;
  capacity: CapacityPort;
  providerBatches: ProviderBatchPort;
  budgets: BudgetPort;
  guess: GuessOutput;
  answers: AnswerCache;
  histories: HistoryReader;
  /** By organisation; what a run's tool calls may is decided by them. */
  accessRules: RuleBook<readonly AccessRule[]>;
  /** By organisation too; which calls are asked about first, or not made. */
  toolRules: RuleBook<ToolPolicy>;
  tools: PlacedTools;
  breakers: ToolBreakers;
  desk: ToolDesk;
  artifacts: ArtifactPort;
  redact: RedactPort;
  credentials: CredentialPort;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  log: Log;
  /** Told of runs that failed. */
  errors?: ErrorSink;
  /** Folder of the runs' workspaces. */
  workspaces: string;
}

/** Why a segment is told to stop. */
export type StopReason =
  /** A person cancelled the run. */
  | "cancel"
  /** The worker closes or has lost its lease: hand the run over at once, if it is still its own. */
  | "hand_over";

/** A segment under way. */
export interface Segment {
  /** Its redactor and its tools are those of the run's organisation. */
  parts: Omit<EngineParts, "tools"> & { tools: ToolPort };
  worker: string;
  /** The agent, as it is for this run. */
  agent: AgentSpec;
  /** The same, as it is for tasks of the run's class. */
  spec: AgentSpec;
  /** Whose spec that is: another agent's after a handoff. */
  actor: ActiveAgent;
  /** The keys that its tree shares, each with the schema of its value. */
  board: () => Promise<Record<string, JsonObject>>;
  /** Children that are known to be there. */
  begun: Set<string>;
  /** Agents that were looked up, by step and name. */
  teammates: Map<string, Promise<Agent>>;
  /** What was said before the run. */
  history: History;
  /** Of the run's batch; 5 for single runs. */
  priority: number;
  /** A person waits for it. */
  interactive: boolean;
  journal: SegmentJournal;
  /** Aborts calls that are under way; its reason is a StopReason. */
  stop: AbortController;
  /** Ends back-off sleeps; aborted with `stop`, when the run is to pause, and when the worker begins to drain. */
  pause: AbortController;
  /** What the run's route wants to know; nothing for a run without one. */
  rules: RouteRules;
  /** Failures of that step that a retry by a person has forgiven. */
  forgiven: { step: number; failures: number };
  /** The worker drains: end at the next step boundary. */
  draining: () => boolean;
  /** Somebody watches: journal partial text. */
  watched: () => boolean;
}

/** How a segment ended. */
export type SegmentEnd =
  /** The run has ended or waits. */
  | "settled"
  /** The run goes on in another segment. */
  | "handed_over"
  /** Somebody else owns the run. */
  | "lost";

export function stopReason(segment: Segment): StopReason | undefined {
  if (segment.journal.cancelRequested) stopSegment(segment, "cancel");
  return segment.stop.signal.aborted ? (segment.stop.signal.reason as StopReason) : undefined;
}

/** The run is to pause at its next step: it waits for nothing until then. */
export function requestPause(segment: Segment): void {
  segment.journal.pauseRequested = true;
  segment.pause.abort();
}

/** Stops a segment; the first reason counts. */
export function stopSegment(segment: Segment, reason: StopReason): void {
  if (segment.stop.signal.aborted) return;
  segment.stop.abort(reason);
  segment.pause.abort();
}
