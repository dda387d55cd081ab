import type { BoardEntry, BoardWrite } from "./blackboard.ts";
import type { ErrorRecord } from "./error.ts";
import type { Json } from "./json.ts";
import type { Label } from "./label.ts";
import type { RunStatus } from "./run.ts";
import type { NewRun } from "./new-run.ts";
import type { Usage } from "./usage.ts";

/** What became of a run that did a part of another one. */
export interface ChildOutcome {
  childId: string;
  status: "completed" | "failed" | "cancelled";
  output: Json;
  error?: ErrorRecord;
  /** Of it and all below it. */
  usage: Usage;
  costMicros: number;
  costIncomplete: boolean;
  /** Of all that it has read. */
  labels?: Label[];
}

/** A run that another one can write to. */
export interface Teammate {
  runId: string;
  agentName: string;
  status: RunStatus;
  relation: "parent" | "child" | "sibling";
}

/** What an agent tells another one. */
export interface AgentMessage {
  from: { runId: string; agentName: string; callId: string };
  text: string;
  /** Of what its sender had read. */
  labels: Label[];
}

/** What the engine asks of the store for teams. Each function is one transaction, and may be repeated. */
export interface TeamStore {
  /** Creates children that are not there yet, while their parent runs in this epoch and is not cancelled. */
  createChildren(parent: { runId: string; epoch: number }, children: NewRun[]): Promise<void>;
  /** Of those that have ended. */
  outcomes(childIds: string[]): Promise<ChildOutcome[]>;
  /** Makes parents due whose children have ended; true: call again. */
  wakeParents(): Promise<boolean>;
  /** Cancels what lies below runs that are cancelled or have ended; true: call again. */
  spreadCancel(): Promise<boolean>;
  teammates(runId: string): Promise<Teammate[]>;
  /** False: the run has ended. */
  send(message: AgentMessage & { to: string }): Promise<boolean>;
  unread(runId: string): Promise<AgentMessage[]>;
  markRead(runId: string, read: AgentMessage["from"][]): Promise<void>;
  /** The newest version of every key that the runs of a tree share. */
  board(rootId: string): Promise<BoardEntry[]>;
  /** The version it wrote; null: `version` is not the newest one any more. */
  write(write: BoardWrite): Promise<number | null>;
}
