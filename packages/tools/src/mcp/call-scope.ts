import { AsyncLocalStorage } from "node:async_hooks";
import type { CallToolResult } from "@modelcontextprotocol/client";
import type { ToolCall } from "../tool.ts";

/** What a server may ask of the one whose call it works on. */
export interface CallScope {
  elicit(params: ElicitParams): Promise<ElicitAnswer>;
  sample(params: SampleParams): Promise<SampleAnswer>;
}

/** A call that is held open while people are asked. */
export interface HeldCall {
  /** What it asks came on no call's stream. */
  readonly isApart: boolean;
  /** Goes on with it, with what people have said. */
  attempt(context: ToolCall): Promise<CallToolResult>;
  /** Ends it; the server is told. */
  giveUp(): void;
}

/** The parts that count of `elicitation/create`. */
export interface ElicitParams {
  mode?: "form" | "url" | undefined;
  message: string;
  requestedSchema?: unknown;
  url?: string | undefined;
}

export interface ElicitAnswer {
  action: "accept" | "decline" | "cancel";
  content?: Record<string, string | number | boolean | string[]>;
}

/** Those of `sampling/createMessage`. */
export interface SampleParams {
  messages: { role: "user" | "assistant"; content: unknown }[];
  systemPrompt?: string | undefined;
  maxTokens: number;
}

export interface SampleAnswer {
  model: string;
  role: "assistant";
  content: { type: "text"; text: string };
  stopReason: string;
}

/**
 * Whose call a message belongs to. Over HTTP a server asks in the answer to the call itself, which is read where the call was
 * made; what comes on no call's stream belongs to none.
 */
export const callScope = new AsyncLocalStorage<CallScope>();
