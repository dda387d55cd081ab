import type { FleetChange } from "@flotilla/api";
import type { Log } from "@flotilla/core";
import { readLimits } from "../read-limits.ts";
import { readStatus, type StatusParts } from "../read-status.ts";
import type { MessageSink } from "./message-sink.ts";
import { StateFeeds } from "./state-feeds.ts";
import type { StateSource } from "./state-source.ts";
import type { Viewer } from "./viewer.ts";

/** Figures move all the time: they are read once a second, however many look at them. */
const everyMs = 1_000;

/** The figures of the platform for all who follow them; one feed for those who see the same. */
export class FleetFeeds {
  readonly #parts: StatusParts;
  readonly #feeds: StateFeeds<unknown>;

  constructor(parts: StatusParts & { log: Log }) {
    this.#parts = parts;
    this.#feeds = new StateFeeds(parts.log);
  }

  follow(viewer: Viewer, sink: MessageSink): Promise<void> {
    return this.#feeds.follow(viewer, sink, () => this.#source(viewer));
  }

  #source(viewer: Viewer): StateSource<unknown> {
    return {
      name: "fleet",
      leastMs: everyMs,
      pollMs: everyMs,
      read: async () => {
        const [status, buckets] = await Promise.all([
          readStatus(this.#parts, viewer),
          readLimits(this.#parts.store, viewer),
        ]);
        return { whole: true, parts: new Map(Object.entries({ ...status, buckets })) };
      },
      toMessages: ({ parts }) => [
        { type: "fleet", data: Object.fromEntries(parts) as FleetChange },
      ],
    };
  }
}
