import { type FinishReason, type Usage } from "@flotilla/core";
import type { SimulatedRequest } from "./brain.ts";
import type { MarkedBlock } from "./prompt-cache.ts";
import type { HeaderStyle } from "./limits.ts";

/** A turn with all its blanks filled in, ready to be written in a format. */
export interface Reply {
  /** The same for the same request. */
  id: string;
  model: string;
  text: string;
  reasoning: string;
  /** Given in place of the text. */
  refusal?: string;
  /** An empty id is one that is missing. */
  calls: { id: string; tool: string; arguments: string }[];
  finish: FinishReason;
  usage: Usage;
  /** Characters in one delta. */
  chunk: number;
}

/** A part of a stream and the tokens it stands for, by which it is paced. */
export interface Delta {
  event: string;
  tokens: number;
  /** A piece of a call's arguments. */
  arguments?: true;
}

/** A stream in four parts, so that faults know where to cut. */
export interface Frames {
  open: string;
  deltas: Delta[];
  /** Why it finished, and the usage. */
  close: string;
  /** The event without which the stream is not whole. */
  terminal: string;
}

export interface WireRequest {
  request: SimulatedRequest;
  stream: boolean;
  /** Where a format sends usage only when asked. */
  includeUsage: boolean;
  /** The tool the answer must be given through, where the request forces one. */
  answerTool?: string;
  /** The blocks of the prompt, where the API has its callers mark what is cached. */
  markedBlocks?: () => MarkedBlock[];
}

/** One HTTP API, as a server speaks it. */
export interface Format {
  /** How its provider tells limits. */
  limitHeaders: HeaderStyle;
  /** Throws a ZodError for a body that is not of the format. */
  read(body: unknown): WireRequest;
  frames(reply: Reply, asked: WireRequest): Frames;
  whole(reply: Reply): unknown;
  errorBody(status: number, code: string | undefined, message: string): unknown;
  errorEvent(code: string, message: string): string;
  keepAlive: string;
}

export function piecesOf(text: string, size: number): string[] {
  const pieces: string[] = [];
  for (let start = 0; start < text.length; start += size)
    pieces.push(text.slice(start, start + size));
  return pieces;
}

export function tokensIn(characters: number): number {
  return Math.ceil(characters / 4);
}
