import type { BatchCell, StreamMessage } from "@flotilla/api";
import type { BatchProgress } from "@flotilla/core";
import { endMessage, type MessageSink } from "./message-sink.ts";
import { Wake } from "./wake.ts";

const cellsPerMessage = 1_000;
const longestWaitMs = 60_000;

/**
 * One client that follows a batch. What it has not taken yet is merged, so a slow client holds
 * at most one state of each cell.
 */
export class BatchViewer {
  /** The cursor it resumes after; null: it needs every cell. */
  readonly from: string | null;
  readonly #wake = new Wake();
  #cells = new Map<number, BatchCell>();
  #cursor: string | null = null;
  #hasCells = false;
  #progress: BatchProgress | null = null;
  #finish: "ended" | "cut off" | null = null;

  constructor(from: string | null) {
    this.from = from;
  }

  /** @param cursor what a client that has these cells resumes after; null: it cannot resume */
  offerCells(cells: BatchCell[], cursor: string | null): void {
    for (const cell of cells) this.#cells.set(cell[0], cell);
    this.#cursor = cursor;
    this.#hasCells = true;
    this.#wake.raise();
  }

  offerProgress(progress: BatchProgress): void {
    this.#progress = progress;
    this.#wake.raise();
  }

  /** Nothing more will be offered. `ended`: the batch has ended; else the client reconnects. */
  finish(how: "ended" | "cut off"): void {
    this.#finish = how;
    this.#wake.raise();
  }

  /** Sends what is offered until the viewer is finished or its client is gone. */
  async sendTo(sink: MessageSink): Promise<void> {
    while (!sink.signal.aborted) {
      await sink.turn(async () => {
        for (const message of this.#take()) await sink.send([message]);
      });
      if (this.#hasCells || this.#progress) continue;
      if (this.#finish === "ended") await sink.send([endMessage]);
      if (this.#finish) return;
      await this.#wake.wait(longestWaitMs, sink.signal);
    }
  }

  #take(): StreamMessage[] {
    const messages: StreamMessage[] = [];
    if (this.#hasCells) {
      const cells = [...this.#cells.values()].toSorted((a, b) => a[0] - b[0]);
      this.#cells = new Map();
      this.#hasCells = false;
      for (let start = 0; ; start += cellsPerMessage) {
        const last = start + cellsPerMessage >= cells.length;
        // Only with the last part does the client have all that the cursor stands for.
        const cursor = last && this.#cursor !== null ? { cursor: this.#cursor } : {};
        const data = cells.slice(start, start + cellsPerMessage);
        messages.push({ type: "cells", ...cursor, data });
        if (last) break;
      }
    }
    if (this.#progress) messages.push({ type: "progress", data: this.#progress });
    this.#progress = null;
    return messages;
  }
}
