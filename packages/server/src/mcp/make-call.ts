import {
  CLIENT_CAPABILITIES_META_KEY,
  inputRequired,
  type ClientCapabilities,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Event } from "@flotilla/core";
import type { Ask } from "../http/own-request.ts";
import type { EventStreamParts } from "../streams/event-stream.ts";
import { runEvents } from "../streams/run-events.ts";
import type { Viewer } from "../streams/viewer.ts";
import type { Asked, Call, Place } from "./call.ts";

/** For whom calls are made, and over what. */
export interface CallParts {
  ask: Ask;
  viewer: Viewer;
  streams: EventStreamParts;
  mayAnswer: Call["mayAnswer"];
  /** The server closes: what was begun goes on elsewhere. */
  closing: AbortSignal | undefined;
}

/** How the client of a session is asked and told. */
export interface SessionSide {
  canElicit: boolean;
  /** The same for each repetition of a request. */
  keyOf(requestId: string | number): string;
  /** A client that comes back goes on after this place. */
  at(requestId: string | number, place: Place): void;
  /** Sends the questions; their answers come as requests of their own, to any server. */
  ask(requestId: string | number, asked: Asked[]): Promise<void>;
  /** Aborted when the client's stream has broken off. */
  gone: AbortSignal;
}

const metaSchema = z.object({
  progressToken: z.union([z.string(), z.number()]).optional().catch(undefined),
  "flotilla/waitSeconds": z.number().min(0).max(86_400).optional().catch(undefined),
  "flotilla/after": z.int().nonnegative().optional().catch(undefined),
  "flotilla/idempotencyKey": z
    .string()
    .regex(/^[!-~]{1,200}$/)
    .optional()
    .catch(undefined),
});

/** Clients that are told nothing give a request up after a minute. */
const quietMs = 50_000;
const toldMs = 15 * 60_000;

/** @param session left out: each request of the client stands for itself */
export function makeCall(
  { ask, viewer, streams, mayAnswer, closing }: CallParts,
  context: ServerContext,
  meta: Record<string, unknown>,
  session?: SessionSide,
): Call {
  const { mcpReq } = context;
  const given = metaSchema.parse(meta);
  const { progressToken } = given;
  const wanted = given["flotilla/waitSeconds"];
  const others = [closing, session?.gone].filter((one) => one !== undefined);
  const envelope = mcpReq.envelope as Record<string, unknown> | undefined;
  const capabilities = envelope?.[CLIENT_CAPABILITIES_META_KEY] as ClientCapabilities | undefined;
  return {
    ask,
    context,
    follow: ({ runId, seq }, signal) => followRun(streams, viewer, { runId, seq }, signal),
    signal: AbortSignal.any([mcpReq.signal, ...others]),
    isCancelled: () => mcpReq.signal.aborted && !others.some(({ aborted }) => aborted),
    waitMs:
      wanted === undefined ? (progressToken === undefined ? quietMs : toldMs) : wanted * 1_000,
    after: given["flotilla/after"],
    key: given["flotilla/idempotencyKey"] ?? session?.keyOf(mcpReq.id),
    async tell(place, message) {
      session?.at(mcpReq.id, place);
      if (progressToken === undefined) return;
      const params = { progressToken, progress: place.seq, message };
      await mcpReq.notify({ method: "notifications/progress", params });
    },
    mayAnswer,
    canElicit: session?.canElicit ?? takesForms(capabilities),
    async elicit(place, asked) {
      if (!session) return askBack(place, asked);
      session.at(mcpReq.id, place);
      await session.ask(mcpReq.id, asked);
      return undefined;
    },
    goesOn: goesOn(context),
  };
}

export async function followRun(
  streams: EventStreamParts,
  viewer: Viewer,
  { runId, seq }: Place,
  signal: AbortSignal,
): Promise<AsyncIterable<Event>> {
  const { follow } = await streams.open(viewer, { topic: "run", id: runId, after: String(seq) });
  return runEvents(follow, signal);
}

/** A client that names no kind of elicitation has forms. */
export function takesForms(capabilities: ClientCapabilities | undefined): boolean {
  const elicitation = capabilities?.elicitation;
  if (!elicitation) return false;
  return elicitation.form !== undefined || elicitation.url === undefined;
}

const stateSchema = z.object({
  runId: z.string().regex(/^run_[0-9a-z]{26}$/),
  seq: z.int().nonnegative(),
  /** Of what was shown, by interrupt. */
  hashes: z.record(z.string(), z.string()),
});

/**
 * The client answers by calling again with the answers and the state. The state is not to be trusted and need not
 * be: the run is looked up, and its answers are given, as whoever calls.
 */
function askBack({ runId, seq }: Place, asked: Asked[]) {
  const hashes = Object.fromEntries(
    asked.flatMap(({ interrupt: { interruptId, hash } }) => (hash ? [[interruptId, hash]] : [])),
  );
  const state: z.infer<typeof stateSchema> = { runId, seq, hashes };
  return inputRequired({
    requestState: Buffer.from(JSON.stringify(state)).toString("base64url"),
    inputRequests: Object.fromEntries(
      asked.map(({ interrupt, form }) => [interrupt.interruptId, inputRequired.elicit(form)]),
    ),
  });
}

function goesOn({ mcpReq }: ServerContext): Call["goesOn"] {
  const text = mcpReq.requestState<string>();
  if (typeof text !== "string") return undefined;
  const state = stateSchema.safeParse(jsonOf(text)).data;
  if (!state) return undefined;
  const { runId, seq, hashes } = state;
  const replies = new Map(Object.entries(mcpReq.inputResponses ?? {}));
  return { place: { runId, seq }, hashes, replies };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, "base64url").toString());
  } catch {
    return undefined;
  }
}
