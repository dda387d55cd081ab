import type { ErrorRecord, Event } from "@flotilla/core";
import type { Context } from "hono";
import type { ServerEnv } from "../app-parts.ts";
import { statusOf } from "../problem.ts";
import type { EventStreamParts } from "../streams/event-stream.ts";
import { runEvents } from "../streams/run-events.ts";
import { openAiRunError } from "./error.ts";

const cancelHeader = "flotilla-cancel-on-disconnect";

/**
 * Takes the events of a run until it has ended. A client that leaves before leaves the run to go on,
 * unless it has asked for the opposite.
 *
 * @returns whether the run has ended
 */
export async function takeRun(
  c: Context<ServerEnv>,
  streams: EventStreamParts,
  { runId, signal }: { runId: string; signal: AbortSignal },
  take: (event: Event) => Promise<boolean> | boolean,
): Promise<boolean> {
  const { caller, store } = c.var;
  const { follow } = await streams.open({ caller, store }, { topic: "run", id: runId });
  for await (const event of runEvents(follow, signal)) if (await take(event)) return true;
  const isLeft = signal.aborted && !c.env?.closing?.aborted;
  if (isLeft && c.req.header(cancelHeader) === "true") {
    await store.runs.cancel(runId, caller.name, "the client left").catch(() => undefined);
  }
  return false;
}

/** What ends the waiting of a client that gets one answer. */
export function requestSignal(c: Context<ServerEnv>): AbortSignal {
  const { closing } = c.env ?? {};
  return closing ? AbortSignal.any([c.req.raw.signal, closing]) : c.req.raw.signal;
}

/** Which run it is, for whoever wants to see more of it. */
export function nameRun(c: Context<ServerEnv>, runId: string): void {
  c.header("flotilla-run", runId);
}

/** A run that has failed, as an answer. It has tried again by itself: clients must not. */
export function answerRunError(c: Context<ServerEnv>, error: ErrorRecord, runId: string): Response {
  c.header("x-should-retry", "false");
  return c.json(openAiRunError(error, runId), statusOf(error.code));
}
