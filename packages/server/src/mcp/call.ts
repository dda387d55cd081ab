import type {
  CallToolResult,
  ElicitRequestFormParams,
  InputRequiredResult,
  ServerContext,
} from "@modelcontextprotocol/server";
import type { Interrupt } from "@flotilla/api";
import type { Event } from "@flotilla/core";
import type { Ask } from "../http/own-request.ts";

/** Where somebody is in a run's journal. */
export interface Place {
  runId: string;
  /** The last event that was taken. */
  seq: number;
}

/** A question to whoever sits at the client. */
export interface Asked {
  interrupt: Interrupt;
  form: ElicitRequestFormParams;
}

/** What a person at the client has answered to some of the questions, by interrupt. */
export type Replies = ReadonlyMap<string, unknown>;

/** What a call of a tool can ask of the platform and of the client that makes it. */
export interface Call {
  /** The platform's API, in the caller's name. */
  ask: Ask;
  /** A run's events after a place, as they come, until it has ended or `signal` is aborted. */
  follow(place: Place, signal: AbortSignal): Promise<AsyncIterable<Event>>;
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal;
  /** Whether it was the client that gave the call up: what it has begun is then cancelled. */
  isCancelled(): boolean;
  /** So long the call waits for a run. */
  waitMs: number;
  /** The event of the run's journal that the client has been told of last, where it says so. */
  after: number | undefined;
  /** The same for each repetition of the call; left out: nobody can tell one. */
  key: string | undefined;
  /** Tells how far it is, where the client wants to know. A client that comes back goes on from there. */
  tell(place: Place, message: string): Promise<void>;
  /** Whether the client lets its person fill in forms. */
  canElicit: boolean;
  /** Whether the caller may answer interrupts of the agent's runs. */
  mayAnswer(agentName: string): boolean;
  /**
   * Asks whoever sits at the client. Gives what to answer the call with for that; undefined where the
   * questions went another way and the call goes on.
   */
  elicit(place: Place, asked: Asked[]): Promise<InputRequiredResult | undefined>;
  /** Of a call that goes on after it has asked: where, and what was answered. */
  goesOn: { place: Place; hashes: Readonly<Record<string, string>>; replies: Replies } | undefined;
  /** What the protocol's library gives a handler; for extensions. */
  context: ServerContext;
}

export type ToolAnswer = CallToolResult | InputRequiredResult;

/** A text, and the same as data. */
export function toolResult(text: string, structured?: Record<string, unknown>): CallToolResult {
  return {
    content: [{ type: "text", text }],
    ...(structured && { structuredContent: structured }),
  };
}

export function toolError(text: string, structured?: Record<string, unknown>): CallToolResult {
  return { ...toolResult(text, structured), isError: true };
}
