import type { Topic, TopicRequest } from "@flotilla/api";
import { FlotillaError, type Permission } from "@flotilla/core";
import type { Store } from "@flotilla/store";
import type { BatchFeeds } from "./batch-feeds.ts";
import type { ChangeSignals } from "./change-signals.ts";
import type { FleetFeeds } from "./fleet-feed.ts";
import { followRun } from "./follow-run.ts";
import type { InboxFeeds } from "./inbox-feed.ts";
import type { Follow } from "./message-sink.ts";
import type { Viewer } from "./viewer.ts";

/** What a caller needs to follow a topic. */
export const topicPermissions: Readonly<Record<Topic, readonly [Permission, ...Permission[]]>> = {
  run: ["runs.read"],
  batch: ["batches.read"],
  inbox: ["runs.read"],
  fleet: ["status.read", "limits.read"],
};

export interface TopicParts {
  store: Store;
  signals: ChangeSignals;
  batches: BatchFeeds;
  fleets: FleetFeeds;
  inboxes: InboxFeeds;
}

/**
 * What a viewer follows, for every kind of connection. Throws `not_found` for a run or batch that
 * there is not, or not for him. That he may follow the topic was checked before.
 */
export async function openTopic(
  parts: TopicParts,
  viewer: Viewer,
  request: TopicRequest,
): Promise<Follow> {
  switch (request.topic) {
    case "run": {
      const { id: runId, after = "0" } = request;
      const { status } = await viewer.store.runs.get(runId);
      const position = { runId, after: lastSeq(after), status };
      return (sink) => followRun(parts.store, parts.signals, position, sink);
    }
    case "batch": {
      const { id, after = null } = request;
      await viewer.store.batches.get(id);
      return (sink) => parts.batches.follow(id, after, sink);
    }
    case "inbox":
      return (sink) => parts.inboxes.follow(viewer, sink);
    case "fleet":
      return (sink) => parts.fleets.follow(viewer, sink);
  }
}

const highestSeq = 2 ** 31 - 1;

function lastSeq(cursor: string): number {
  const seq = Number(cursor);
  if (seq <= highestSeq) return seq;
  throw new FlotillaError("invalid_request", `${cursor} is not the cursor of a run's event.`, {
    remedy: "Send the last cursor that was received, or none to begin at the start.",
  });
}
