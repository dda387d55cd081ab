import type { Topic, TopicRequest } from "@flotilla/api";
import { FlotillaError, type Caller } from "@flotilla/core";
import type { Context } from "hono";
import { requirePermission } from "../access/permit.ts";
import type { AppParts, ServerEnv } from "../app-parts.ts";
import { clientAddress } from "../http/client-address.ts";
import { toProblem } from "../problem.ts";
import { toFrame } from "./encode.ts";
import type { Opened } from "./message-sink.ts";
import { sendEvents, type Recheck, type SendEventsParts } from "./send-events.ts";
import type { Standing } from "./standing.ts";
import { topicPermissions } from "./topics.ts";
import type { Viewer } from "./viewer.ts";

export interface EventStreamParts extends SendEventsParts {
  access: AppParts["access"];
  standing: Standing;
  redact: AppParts["redact"];
  open(viewer: Viewer, request: TopicRequest): Promise<Opened>;
}

/**
 * Answers with a topic as server-sent events, until it has ended, the client leaves or may not follow
 * it any more, or the server closes. When it cannot go on, the stream ends without an `end` event and
 * the client reconnects.
 */
export async function answerEvents(
  c: Context<ServerEnv>,
  parts: EventStreamParts,
  request: TopicRequest,
): Promise<Response> {
  const { caller, store, requestId } = c.var;
  for (const permission of topicPermissions[request.topic]) {
    await requirePermission(parts.access, caller, permission);
  }
  const { follow, resource } = await parts.open({ caller, store }, request);
  // Nobody reads the body of a HEAD request.
  if (c.req.method === "HEAD") {
    c.header("x-accel-buffering", "no");
    return c.body(null, 200, { "content-type": "text/event-stream" });
  }
  const recheck: Recheck = {
    ask: rechecker(c, parts, request.topic, resource),
    farewell(error) {
      const redact = parts.redact.of(caller.organisation);
      return toFrame({ type: "error", data: toProblem(error, requestId, redact) });
    },
  };
  return sendEvents(c, parts, recheck, ({ signal, write }) =>
    follow({
      signal,
      turn: (work) => work(),
      send: (messages) => write(messages.map(toFrame).join("")),
    }),
  );
}

/** Asks again whether the caller still may. Throws when he may not; what is only away is not asked. */
export function rechecker(
  c: Context<ServerEnv>,
  parts: EventStreamParts,
  topic: Topic,
  resource?: string,
): () => Promise<void> {
  return stillCalling(c, parts, async (now) => {
    for (const permission of topicPermissions[topic]) {
      await requirePermission(parts.access, now, permission, resource);
    }
  });
}

/**
 * Asks again whether the caller is still known, and the same. Throws when he is not.
 *
 * @param check what is asked of him besides
 */
export function stillCalling(
  c: Context<ServerEnv>,
  { standing }: EventStreamParts,
  check: (now: Caller) => Promise<void> = async () => undefined,
): () => Promise<void> {
  const opening = { headers: new Headers(c.req.raw.headers), address: clientAddress(c) };
  const before = c.var.caller;
  return async () => {
    try {
      const now = await standing.caller(opening);
      if (now.organisation !== before.organisation || now.environment !== before.environment) {
        throw new FlotillaError("forbidden", "You are signed in to something else now.");
      }
      await check(now);
    } catch (error) {
      const { code } = error as Partial<FlotillaError>;
      if (code === "unauthenticated" || code === "forbidden") throw error;
    }
  };
}
