import type { Context } from "hono";
import type { McpSession } from "@flotilla/store";
import type { ServerEnv } from "../app-parts.ts";
import { stillCalling, type EventStreamParts } from "../streams/event-stream.ts";
import { sendEvents } from "../streams/send-events.ts";
import { eventId } from "./event-place.ts";
import { sseFrame, type MessageLog } from "./message-log.ts";

/** A client whose stream has ended comes back after so long. */
const retryMs = 1_000;
/** From this revision on a client takes events without data. */
const knowsPlaces = "2025-11-25";

export interface LogReader {
  /** The index that it begins at. */
  from: number;
  session: McpSession;
  /** The client is gone, and may come back. */
  onGone?: () => void;
}

/** Answers with what is in a log, as it comes, until that ends. A client whose stream breaks off can go on after any event. */
export function sendLog(
  c: Context<ServerEnv>,
  streams: EventStreamParts,
  log: MessageLog,
  { from, session, onGone }: LogReader,
): Response {
  // Its first reader may come when it was cut already.
  const cuts = onGone ? 0 : log.cuts;
  const takesPlaces = session.protocol >= knowsPlaces;
  return sendEvents(c, streams, { ask: stillCalling(c, streams) }, async ({ signal, write }) => {
    const place = eventId({ kind: "log", log: log.id, index: from });
    if (takesPlaces) await write(sseFrame({ id: place, message: undefined }, retryMs));
    for await (const frame of log.from(from, signal, cuts)) {
      if (frame.message !== undefined || takesPlaces) await write(sseFrame(frame));
    }
    if (signal.aborted) onGone?.();
  });
}
