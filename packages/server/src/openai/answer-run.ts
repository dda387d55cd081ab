import { FlotillaError, type ErrorRecord, type Event } from "@flotilla/core";
import type { Context } from "hono";
import type { ServerEnv } from "../app-parts.ts";
import { statusOf } from "../problem.ts";
import { rechecker, type EventStreamParts } from "../streams/event-stream.ts";
import { runEvents } from "../streams/run-events.ts";
import { sendEvents } from "../streams/send-events.ts";
import { openAiRunError } from "./error.ts";

const cancelHeader = "flotilla-cancel-on-disconnect";

/** A run as the answer of another protocol, made from its events in order. */
export interface RunAnswer<Item> {
  /** Takes the next event; gives what a stream has to send. */
  push(event: Event): Item[];
  /** The run has ended: no more events are taken. */
  readonly ended: boolean;
}

/**
 * Answers with what a run is told as, as it comes, until it has ended or the client leaves.
 *
 * @param frame one of its items as a server-sent event
 * @param last what is sent when the run has ended
 */
export function streamAnswer<Item>(
  c: Context<ServerEnv>,
  streams: EventStreamParts,
  { runId, answer }: { runId: string; answer: RunAnswer<Item> },
  frame: (item: Item) => string,
  last: () => string = () => "",
): Response {
  const recheck = { ask: rechecker(c, streams, "run") };
  return sendEvents(c, streams, recheck, async ({ signal, write }) => {
    const send = async (frames: string) => {
      if (frames !== "") await write(frames);
    };
    await takeRun(c, streams, { runId, signal }, async (event) => {
      await send(answer.push(event).map(frame).join(""));
      return answer.ended;
    });
    if (answer.ended) await send(last());
  });
}

/** Waits until the run of the answer has ended. Throws `unavailable` when the server closes before. */
export async function wholeAnswer(
  c: Context<ServerEnv>,
  streams: EventStreamParts,
  { runId, answer }: { runId: string; answer: RunAnswer<unknown> },
): Promise<void> {
  const { closing } = c.env ?? {};
  const signal = closing ? AbortSignal.any([c.req.raw.signal, closing]) : c.req.raw.signal;
  await takeRun(c, streams, { runId, signal }, (event) => {
    answer.push(event);
    return answer.ended;
  });
  if (answer.ended) return;
  throw new FlotillaError("unavailable", `The server closes; run ${runId} goes on.`, {
    remedy: "Read the run; sending the request again starts another one.",
  });
}

/**
 * Takes the events of a run until that gives true. A client that leaves before leaves the run to go on,
 * unless it has asked for the opposite.
 */
async function takeRun(
  c: Context<ServerEnv>,
  streams: EventStreamParts,
  { runId, signal }: { runId: string; signal: AbortSignal },
  take: (event: Event) => Promise<boolean> | boolean,
): Promise<void> {
  const { caller, store } = c.var;
  const { follow } = await streams.open({ caller, store }, { topic: "run", id: runId });
  for await (const event of runEvents(follow, signal)) if (await take(event)) return;
  const isLeft = signal.aborted && !c.env?.closing?.aborted;
  if (isLeft && c.req.header(cancelHeader) === "true") {
    await store.runs.cancel(runId, caller.name, "the client left").catch(() => undefined);
  }
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
