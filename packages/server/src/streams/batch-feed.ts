import type { BatchCell } from "@flotilla/api";
import type { BatchProgress, Clock, Log } from "@flotilla/core";
import type { Store } from "@flotilla/store";
import type { ReadProgress } from "../batch-progress.ts";
import type { BatchViewer } from "./batch-viewer.ts";
import type { ChangeSignals } from "./change-signals.ts";
import { Wake } from "./wake.ts";

export interface FeedParts {
  store: Store;
  clock: Clock;
  log: Log;
  signals: ChangeSignals;
  readProgress: ReadProgress;
}

/** Cells are read at most this often, */
const cellsEveryMs = 250;
/** figures at most this often, */
const progressEveryMs = 500;
/** both at least this often: rows that are released or unreleased give no signal; */
const pollMs = 1_000;
/** and figures that did not change are sent this often. */
const repeatProgressMs = 2_000;

/** No transaction id is higher. */
const newestTransaction = "18446744073709551615";

/**
 * Reads one batch for all who follow it: however many they are, the tables are read once. It runs
 * from the first viewer to the last, or until the batch has ended.
 */
export class BatchFeed {
  readonly #parts: FeedParts;
  readonly #batchId: string;
  readonly #wake = new Wake();
  readonly #viewers = new Set<BatchViewer>();
  readonly #joining = new Set<BatchViewer>();
  #closed = false;
  /** Every change in a transaction before this one has been offered to the viewers. */
  #cursor: string | null = null;
  #progress: BatchProgress | null = null;
  #progressReadAt = 0;
  #progressSentAt = 0;

  constructor(parts: FeedParts, batchId: string) {
    this.#parts = parts;
    this.#batchId = batchId;
  }

  /** True once it has run: it takes no more viewers. */
  get closed(): boolean {
    return this.#closed;
  }

  join(viewer: BatchViewer): void {
    this.#joining.add(viewer);
    this.#wake.raise();
  }

  leave(viewer: BatchViewer): void {
    this.#viewers.delete(viewer);
    this.#joining.delete(viewer);
    this.#wake.raise();
  }

  /** Resolves when nobody follows it any more, or nothing is left to follow. */
  async run(): Promise<void> {
    const { signals, log } = this.#parts;
    const unfollow = signals.follow(this.#batchId, () => this.#wake.raise());
    try {
      while (this.#viewers.size + this.#joining.size > 0) {
        const ended = await this.#round();
        if (ended) return this.#finish("ended");
        await new Promise((resolve) => setTimeout(resolve, cellsEveryMs));
        await this.#wake.wait(pollMs - cellsEveryMs);
      }
    } catch (error) {
      log.warn({ err: error, batchId: this.#batchId }, "a batch cannot be followed");
      this.#finish("cut off");
    } finally {
      this.#closed = true;
      unfollow();
    }
  }

  #finish(how: "ended" | "cut off"): void {
    for (const viewer of [...this.#viewers, ...this.#joining]) viewer.finish(how);
  }

  /** @returns whether the batch has ended and everything was offered */
  async #round(): Promise<boolean> {
    const { store, clock } = this.#parts;
    const joining = [...this.#joining];
    const before = this.#progress;
    if (joining.length > 0 || clock.now() - this.#progressReadAt >= progressEveryMs) {
      this.#progress = await this.#parts.readProgress(store, this.#batchId);
      this.#progressReadAt = clock.now();
    }
    const now = this.#progress as BatchProgress;
    const ended = hasEnded(now);
    // What an ended batch's runs did is visible, even if an older transaction is still open.
    const to = await store.batches.changeCursor();
    const upTo = ended ? newestTransaction : to;
    // A draft takes rows without a run; who sees it can only start over.
    const id = now.status === "draft" ? null : to;
    if (movedWithoutRuns(before, now)) {
      this.#offerCells(await this.#allCells(), id);
    } else if (this.#cursor !== null && BigInt(this.#cursor) < BigInt(upTo)) {
      const cells = await store.batches.changedCells(this.#batchId, this.#cursor, upTo);
      if (cells.length > 0) this.#offerCells(cells, id);
    }
    await this.#admit(joining, { to, upTo, id, now });
    this.#cursor = to;
    this.#offerProgress(before);
    return ended;
  }

  /** Brings newcomers to where the others are. */
  async #admit(
    joining: BatchViewer[],
    at: { to: string; upTo: string; id: string | null; now: BatchProgress },
  ): Promise<void> {
    let everything: BatchCell[] | undefined;
    for (const viewer of joining) {
      const { from } = viewer;
      // A cursor from the future is of another database.
      const resumes =
        from !== null && BigInt(from) <= BigInt(at.to) && at.now.status !== "cancelled";
      const cells = resumes
        ? await this.#parts.store.batches.changedCells(this.#batchId, from, at.upTo)
        : (everything ??= await this.#allCells());
      // It may have left meanwhile.
      if (!this.#joining.delete(viewer)) continue;
      viewer.offerCells(cells, at.id);
      viewer.offerProgress(at.now);
      this.#viewers.add(viewer);
    }
  }

  #offerCells(cells: BatchCell[], cursor: string | null): void {
    for (const viewer of this.#viewers) viewer.offerCells(cells, cursor);
  }

  #offerProgress(before: BatchProgress | null): void {
    const progress = this.#progress as BatchProgress;
    const now = this.#parts.clock.now();
    const same = before && JSON.stringify(before) === JSON.stringify(progress);
    if (same && now - this.#progressSentAt < repeatProgressMs) return;
    this.#progressSentAt = now;
    for (const viewer of this.#viewers) viewer.offerProgress(progress);
  }

  #allCells(): Promise<BatchCell[]> {
    return this.#parts.store.batches.allCells(this.#batchId);
  }
}

function hasEnded({ status, counts }: BatchProgress): boolean {
  if (status !== "completed" && status !== "cancelled") return false;
  return counts.pending + counts.running + counts.waiting === 0;
}

/** Rows were added, or those without a run changed with the batch: no run tells of it. */
function movedWithoutRuns(before: BatchProgress | null, now: BatchProgress): boolean {
  if (!before) return false;
  if (before.rows !== now.rows) return true;
  return (before.status === "cancelled") !== (now.status === "cancelled");
}
