import type { AppParts } from "../app-parts.ts";
import type { Dispatch } from "../http/own-request.ts";
import type { ReadProgress } from "../batch-progress.ts";
import { BatchFeeds } from "./batch-feeds.ts";
import { ChangeSignals } from "./change-signals.ts";
import { ConnectionCount } from "./connection-count.ts";
import type { EventStreamParts } from "./event-stream.ts";
import { FleetFeeds } from "./fleet-feed.ts";
import { InboxFeeds } from "./inbox-feed.ts";
import { sendCommand } from "./send-command.ts";
import { Standing } from "./standing.ts";
import { defaultStreamLimits } from "./stream-limits.ts";
import { StreamSockets } from "./stream-sockets.ts";
import { openTopic, type TopicParts } from "./topics.ts";

/** Everything that stays open, by either kind of connection, over the same feeds. */
export interface Streams {
  events: EventStreamParts;
  sockets: StreamSockets;
}

/** @param dispatch how commands get to the routes they stand for */
export function openStreams(
  parts: AppParts,
  readProgress: ReadProgress,
  dispatch: Dispatch,
): Streams {
  const { store, clock, log, access, redact } = parts;
  const limits = { ...defaultStreamLimits, ...parts.streams };
  const signals = new ChangeSignals(store.signals);
  const topics: TopicParts = {
    access,
    store,
    signals,
    batches: new BatchFeeds({ store, clock, log, signals, readProgress }),
    fleets: new FleetFeeds(parts),
    inboxes: new InboxFeeds({ access, store, log }),
  };
  const count = new ConnectionCount(limits);
  const events: EventStreamParts = {
    access,
    standing: new Standing(access),
    redact,
    log,
    limits,
    count,
    open: (viewer, request) => openTopic(topics, viewer, request),
  };
  const command = sendCommand.bind(null, dispatch);
  return { events, sockets: new StreamSockets({ ...events, command }, count) };
}
