import type { Event, TreeRun } from "@flotilla/core";
import type { BatchStreamMessage } from "./batch.ts";
import { Follower } from "./live-follower.ts";
import type { LiveSocket } from "./live-socket.ts";
import type { ServerSentEvent } from "./sse.ts";
import type { StreamMessage, TopicRequest } from "./stream.ts";
import type { StreamOptions, Transport } from "./transport.ts";

/**
 * What is told of a topic over the WebSocket, until it has ended. Where it turns out that none can be
 * opened, it goes on as server-sent events.
 */
export async function* followLive(
  http: Transport,
  socket: LiveSocket,
  request: TopicRequest,
  options: StreamOptions,
): AsyncGenerator<StreamMessage> {
  const follower = new Follower(request, options);
  socket.add(follower);
  try {
    for (;;) {
      const message = await follower.next();
      if (message === "ended") return;
      if (message === "blocked") break;
      yield message;
      socket.awaken(follower);
    }
  } finally {
    socket.remove(follower);
  }
  const { cursor } = follower;
  const after = cursor === undefined ? {} : { lastEventId: cursor };
  yield* followEvents(http, request, { ...options, ...after });
}

/** The same as server-sent events. */
export async function* followEvents(
  http: Transport,
  request: TopicRequest,
  options: StreamOptions = {},
): AsyncGenerator<StreamMessage> {
  for await (const event of http.stream(pathOf(request), options)) yield toMessage(event);
}

/** A run's events among what is told of it. */
export async function* runEvents(messages: AsyncIterable<StreamMessage>): AsyncGenerator<Event> {
  for await (const message of messages) if (message.type === "event") yield message.data;
}

/** The runs of a tree that changed, among what is told of it. */
export async function* treeRuns(messages: AsyncIterable<StreamMessage>): AsyncGenerator<TreeRun[]> {
  for await (const message of messages) if (message.type === "tree") yield message.data;
}

/** A batch's cells and figures among what is told of it. */
export async function* batchMessages(
  messages: AsyncIterable<StreamMessage>,
): AsyncGenerator<BatchStreamMessage> {
  for await (const message of messages) {
    if (message.type === "cells") yield { type: "cells", cells: message.data };
    if (message.type === "progress") yield { type: "progress", progress: message.data };
  }
}

function pathOf(request: TopicRequest): string {
  switch (request.topic) {
    case "run":
      return `/runs/${encodeURIComponent(request.id)}/stream`;
    case "tree":
      return `/runs/${encodeURIComponent(request.id)}/tree/stream`;
    case "batch":
      return `/batches/${encodeURIComponent(request.id)}/stream`;
    default:
      return `/${request.topic}/stream`;
  }
}

function toMessage({ event, id, data }: ServerSentEvent): StreamMessage {
  const cursor = id === null ? {} : { cursor: id };
  return { type: event, ...cursor, data: JSON.parse(data) } as StreamMessage;
}
