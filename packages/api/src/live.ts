import type { Event, RunSummary, TreeRun } from "@flotilla/core";
import { FlotillaError } from "@flotilla/core";
import type { BatchStreamMessage } from "./batch.ts";
import type { FleetChange } from "./fleet.ts";
import { batchMessages, followEvents, followLive, runEvents, treeRuns } from "./follow-live.ts";
import type { InboxChange } from "./inbox.ts";
import type { InterruptAnswering } from "./interrupt.ts";
import { LiveSocket, type UnsentCommand } from "./live-socket.ts";
import type { RunStart } from "./run.ts";
import type { TopicRequest } from "./stream.ts";
import type { ThreadSend } from "./thread.ts";
import type { StreamOptions, Transport } from "./transport.ts";

/** How to do without a WebSocket what its commands do. */
export interface LiveCommands {
  start(run: RunStart): Promise<RunSummary>;
  /** Says something in a thread; the run that answers can be followed. */
  message(threadId: string, message: ThreadSend): Promise<RunSummary>;
  cancel(runId: string, reason?: string): Promise<RunSummary>;
  retry(runId: string): Promise<RunSummary>;
  answer(runId: string, interruptId: string, answer: InterruptAnswering): Promise<RunSummary>;
}

export interface LiveOptions {
  /** Default: the platform's own, where it has one; without it everything goes over HTTP. */
  WebSocket?: (new (url: string, protocols: string[]) => WebSocket) | undefined;
  /** For tests: in [0, 1). */
  random?: () => number;
}

/**
 * One WebSocket for everything that is followed live, with its commands. It is opened when it is needed,
 * reconnects by itself and goes on after what was received last, on any server; where none can be
 * opened, the same comes as server-sent events. That it is closed cancels nothing.
 */
export interface Live extends LiveCommands {
  /** A run's events, from its first one unless `lastEventId` says otherwise, until it has ended. */
  run(runId: string, options?: StreamOptions): AsyncGenerator<Event>;
  /** The runs of a tree that were begun, or whose status changed, all of them at first, until all have ended. */
  tree(runId: string, options?: StreamOptions): AsyncGenerator<TreeRun[]>;
  /** A batch's cells, all of them at first, and its figures, until it has ended. */
  batch(batchId: string, options?: StreamOptions): AsyncGenerator<BatchStreamMessage>;
  /** What waits for a person: all of it at first, then what changes. */
  inbox(options?: StreamOptions): AsyncGenerator<InboxChange>;
  /** The platform's figures: all of them at first, then those that changed, once a second. */
  fleet(options?: StreamOptions): AsyncGenerator<FleetChange>;
  /** Ends what is followed: its iterations throw `cancelled`. */
  close(): void;
}

export function openLive(
  http: Transport,
  commands: LiveCommands,
  { WebSocket: Socket = globalThis.WebSocket, random = Math.random }: LiveOptions,
): Live {
  const socket = new LiveSocket({
    random,
    open: () => new Socket(...http.socketAddress()),
    diagnose: () => diagnose(http),
  });
  const hasSockets = () => Socket !== undefined && !socket.isBlocked;
  async function* follow(request: TopicRequest, options: StreamOptions = {}) {
    yield* hasSockets()
      ? followLive(http, socket, request, options)
      : followEvents(http, request, options);
  }

  async function command(
    message: UnsentCommand,
    overHttp: () => Promise<RunSummary>,
  ): Promise<RunSummary> {
    if (!hasSockets()) return overHttp();
    try {
      return (await socket.command(message)) as RunSummary;
    } catch (error) {
      // It was never sent.
      if (socket.isBlocked && error instanceof FlotillaError && error.transient) return overHttp();
      throw error;
    }
  }

  return {
    run: (runId, options) => runEvents(follow({ topic: "run", id: runId }, options)),
    tree: (runId, options) => treeRuns(follow({ topic: "tree", id: runId }, options)),
    batch: (batchId, options) => batchMessages(follow({ topic: "batch", id: batchId }, options)),
    async *inbox(options) {
      for await (const message of follow({ topic: "inbox" }, options)) {
        if (message.type === "inbox") yield message.data;
      }
    },
    async *fleet(options) {
      for await (const message of follow({ topic: "fleet" }, options)) {
        if (message.type === "fleet") yield message.data;
      }
    },
    ...commandsBy(command, commands),
    close: () => socket.close(),
  };
}

/** @param command does one over the WebSocket, or what is given over HTTP where there is none */
function commandsBy(
  command: (message: UnsentCommand, overHttp: () => Promise<RunSummary>) => Promise<RunSummary>,
  commands: LiveCommands,
): LiveCommands {
  return {
    start: (body) => command({ type: "start", body }, () => commands.start(body)),
    message: (threadId, body) =>
      command({ type: "message", threadId, body }, () => commands.message(threadId, body)),
    cancel: (runId, reason) =>
      command({ type: "cancel", runId, body: { reason } }, () => commands.cancel(runId, reason)),
    retry: (runId) => command({ type: "retry", runId }, () => commands.retry(runId)),
    answer: (runId, interruptId, body) =>
      command({ type: "answer", runId, interruptId, body }, () =>
        commands.answer(runId, interruptId, body),
      ),
  };
}

/** The address of the WebSocket tells anybody who asks for none that it is one: then HTTP works. */
async function diagnose(http: Transport): Promise<"blocked" | FlotillaError | undefined> {
  try {
    await http.raw("GET", "/stream");
    return "blocked";
  } catch (error) {
    if (!(error instanceof FlotillaError)) return undefined;
    const refuses = error.code === "unauthenticated" || error.code === "forbidden";
    if (refuses) return error;
    return error.transient ? undefined : "blocked";
  }
}
