import type { BoardEntry } from "./blackboard.ts";
import type { Json } from "./json.ts";

/** What a run shares with the other runs of its tree, as its tools see it. */
export interface TeamPort {
  /** The newest version of every key that was written. */
  board(): Promise<BoardEntry[]>;
  /**
   * Writes the next version of a key, if `version` is still its newest one (0: it has none). Throws
   * `tool_input_invalid` for a key that the tree does not have or a value that does not fit it, and
   * `tool_failed` when somebody else wrote meanwhile.
   */
  write(key: string, version: number, value: Json): Promise<number>;
  /**
   * Tells something to the parent, a child or a sibling, which reads it at its next step. Throws
   * `tool_failed` when there is no such run, or it has ended.
   */
  send(to: string, text: string): Promise<{ runId: string; agentName: string }>;
}
