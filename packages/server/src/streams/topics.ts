import type { Topic, TopicRequest } from "@flotilla/api";
import { FlotillaError, type Permission } from "@flotilla/core";
import type { Store } from "@flotilla/store";
import type { AccessPort } from "../access/access.ts";
import { requirePermission } from "../access/permit.ts";
import type { BatchFeeds } from "./batch-feeds.ts";
import type { ChangeSignals } from "./change-signals.ts";
import type { FleetFeeds } from "./fleet-feed.ts";
import { followRun } from "./follow-run.ts";
import { followTree } from "./follow-tree.ts";
import type { InboxFeeds } from "./inbox-feed.ts";
import type { Opened } from "./message-sink.ts";
import type { Viewer } from "./viewer.ts";

/** What a caller needs to follow a topic. */
export const topicPermissions: Readonly<Record<Topic, readonly [Permission, ...Permission[]]>> = {
  run: ["runs.read"],
  tree: ["runs.read"],
  batch: ["batches.read"],
  inbox: ["runs.read"],
  fleet: ["status.read", "limits.read"],
};

export interface TopicParts {
  access: Pick<AccessPort, "rules">;
  store: Store;
  signals: ChangeSignals;
  batches: BatchFeeds;
  fleets: FleetFeeds;
  inboxes: InboxFeeds;
}

/**
 * What a viewer follows, for every kind of connection. Throws `not_found` for a run or batch that
 * there is not, or not for him, and `forbidden` where an access rule says so. That he may follow such
 * topics was checked before.
 */
export async function openTopic(
  parts: TopicParts,
  viewer: Viewer,
  request: TopicRequest,
): Promise<Opened> {
  switch (request.topic) {
    case "run": {
      const { id: runId, after = "0" } = request;
      const { status, agentName } = await viewer.store.runs.get(runId);
      await requirePermission(parts.access, viewer.caller, "runs.read", agentName);
      const position = { runId, after: lastSeq(after), status };
      return {
        resource: agentName,
        follow: (sink) => followRun(parts.store, parts.signals, position, sink),
      };
    }
    case "tree": {
      const { id, after = null } = request;
      const { agentName } = await viewer.store.runs.get(id);
      await requirePermission(parts.access, viewer.caller, "runs.read", agentName);
      const { store, signals, access } = parts;
      const follow = { store, signals, access, viewer };
      return { resource: agentName, follow: (sink) => followTree(follow, id, after, sink) };
    }
    case "batch": {
      const { id, after = null } = request;
      const { name } = await viewer.store.batches.get(id);
      await requirePermission(parts.access, viewer.caller, "batches.read", name);
      return { resource: name, follow: (sink) => parts.batches.follow(id, after, sink) };
    }
    case "inbox":
      return { follow: (sink) => parts.inboxes.follow(viewer, sink) };
    case "fleet":
      return { follow: (sink) => parts.fleets.follow(viewer, sink) };
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
