import { BatchFeed, type FeedParts } from "./batch-feed.ts";
import { BatchViewer } from "./batch-viewer.ts";
import type { MessageSink } from "./message-sink.ts";

/** The feeds of the batches that somebody follows, one for each batch. */
export class BatchFeeds {
  readonly #parts: FeedParts;
  readonly #feeds = new Map<string, BatchFeed>();

  constructor(parts: FeedParts) {
    this.#parts = parts;
  }

  /**
   * Sends a batch's cells and progress until it has ended.
   *
   * @param from the cursor to resume after; null: begin with every cell
   */
  async follow(batchId: string, from: string | null, sink: MessageSink): Promise<void> {
    const viewer = new BatchViewer(from);
    const feed = this.#join(batchId, viewer);
    try {
      await viewer.sendTo(sink);
    } finally {
      feed.leave(viewer);
    }
  }

  #join(batchId: string, viewer: BatchViewer): BatchFeed {
    const running = this.#feeds.get(batchId);
    if (running && !running.closed) {
      running.join(viewer);
      return running;
    }
    const feed = new BatchFeed(this.#parts, batchId);
    feed.join(viewer);
    this.#feeds.set(batchId, feed);
    void feed.run().then(() => {
      if (this.#feeds.get(batchId) === feed) this.#feeds.delete(batchId);
    });
    return feed;
  }
}
