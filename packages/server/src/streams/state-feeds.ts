import type { Log } from "@flotilla/core";
import type { MessageSink } from "./message-sink.ts";
import { StateFeed } from "./state-feed.ts";
import type { StateSource } from "./state-source.ts";
import type { Viewer } from "./viewer.ts";

/** The feeds of one kind of state that somebody follows: one for all who see the same. */
export class StateFeeds<Part> {
  readonly #log: Log;
  readonly #feeds = new Map<string, StateFeed<Part>>();

  constructor(log: Log) {
    this.#log = log;
  }

  async follow(
    { caller }: Viewer,
    sink: MessageSink,
    source: () => StateSource<Part>,
  ): Promise<void> {
    const { instance, organisation, environment } = caller;
    const seen = instance ? "everything" : `${organisation} ${environment}`;
    const open = this.#feeds.get(seen);
    if (open && !open.closed) return open.follow(sink);
    const feed = new StateFeed(source(), this.#log);
    this.#feeds.set(seen, feed);
    const followed = feed.follow(sink);
    void feed.run().then(() => {
      if (this.#feeds.get(seen) === feed) this.#feeds.delete(seen);
    });
    return followed;
  }
}
