import { createWriteStream, type WriteStream } from "node:fs";
import type { Usage } from "@flotilla/core";
import type { LimitCause } from "./limits.ts";

/** One request as the simulator saw it: the outside's record of what was asked. */
export interface LedgerEntry {
  /** Arrival, Unix milliseconds. */
  at: number;
  /** From arrival to the end of the answer. */
  ms: number;
  model: string;
  /** Of the whole request body: equal requests have equal hashes. */
  hash: string;
  /** Assistant messages in the history. */
  turn: number;
  /** The caller's run and step, where it says them. */
  runId: string | null;
  step: number | null;
  /** The batch that the request came in; null for one that came by itself. */
  batch: { id: string; customId: string } | null;
  /** `closed`: the caller went away first. */
  outcome: "answered" | "closed" | "faulted" | "limited" | "refused";
  status: number;
  /** The limit that a `limited` request was beyond. */
  limitedBy: LimitCause | null;
  inputTokens: number;
  /** Those that were sent. */
  outputTokens: number;
  /** What the request is billed for, and how much that is; null when nothing. */
  usage: Usage | null;
  costMicros: number;
}

/** Appends entries to a JSONL file, in the order the answers ended. */
export class Ledger {
  readonly #file: WriteStream;

  constructor(path: string) {
    this.#file = createWriteStream(path, { flags: "a" });
  }

  write(entry: LedgerEntry): void {
    this.#file.write(`${JSON.stringify(entry)}\n`);
  }

  /** Resolves once all entries are in the file. */
  close(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#file.once("error", reject);
      this.#file.end(resolve);
    });
  }
}
