import type { AgentSpec } from "./agent.ts";
import type { Environment, StartedBy } from "./caller.ts";
import type { HistoryRef } from "./history.ts";
import type { RunInput } from "./input.ts";
import type { Label } from "./label.ts";
import type { RunRequest } from "./run-request.ts";
import type { ParentRef } from "./team.ts";

/** A run to be created. */
export interface NewRun {
  runId: string;
  agentId: string;
  agentName: string;
  agentVersion: number;
  /** Its agent, where that is not saved. */
  draft?: AgentSpec;
  input: RunInput;
  batchId?: string;
  row?: number;
  /** For whom it runs; default: `default`. */
  organisation?: string;
  environment?: Environment;
  startedBy?: StartedBy;
  user?: string;
  economyUntil?: string;
  traceId?: string;
  /** The thread that it is a turn of. */
  threadId?: string;
  history?: HistoryRef;
  /** The run it was sent after, where that is not in the history yet: it waits for its thread. */
  heldAfter?: string | null;
  request?: RunRequest;
  parent?: ParentRef;
  /** Of its input, and of what it inherits. */
  labels?: Label[];
  /** Journal partial text from the start. */
  interactive: boolean;
}
