import { summarisedSteps, type JsonObject } from "@flotilla/core";
import type { Turn } from "./turn.ts";

export type SimulatedMessage =
  | { role: "user"; text: string }
  | { role: "assistant"; text: string; calls: { id: string; tool: string; input: string }[] }
  | { role: "tool"; callId: string; text: string };

/** A request in any wire format, read into one shape. */
export interface SimulatedRequest {
  /** Without the provider's name and without a fault. */
  model: string;
  /** The system text. */
  instructions: string;
  messages: SimulatedMessage[];
  /** Names of the tools on offer. */
  tools: string[];
  /** JSON Schema asked of the answer. */
  output?: JsonObject;
}

/**
 * Decides what the simulator answers, from the request alone: any process gives the same
 * answer to the same request. Throws a BrainError for a request it cannot answer.
 */
export type Brain = (request: SimulatedRequest) => Turn | Promise<Turn>;

/** Thrown when a brain has no answer; sent as that status with that message. */
export class BrainError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = "BrainError";
    this.status = status;
    this.code = code;
  }
}

/** A point in a conversation: a user message and the number of assistant turns since. */
export interface Place<T> {
  found: T;
  turn: number;
}

/**
 * The last user message that `read` makes something of. Later user messages (a repair of
 * the output, for example) belong to the same conversation and do not restart it.
 */
export function lastUserMessage<T>(
  request: SimulatedRequest,
  read: (text: string) => T | undefined,
): Place<T> | undefined {
  let turn = 0;
  for (const message of request.messages.toReversed()) {
    turn += turnsIn(message);
    if (message.role !== "user") continue;
    const found = read(message.text);
    if (found !== undefined) return { found, turn };
  }
  return undefined;
}

/** Assistant turns that a message stands for: its own, or those that a summary replaces. */
export function turnsIn(message: SimulatedMessage): number {
  if (message.role === "assistant") return 1;
  return message.role === "user" ? summarisedSteps(message.text) : 0;
}
