import type { BatchCell } from "@flotilla/api";
import { runStatusSchema, type RunStatus } from "@flotilla/core";

const statuses = runStatusSchema.options;

/**
 * The status and run of every row of a batch, kept outside React: one byte per row, and
 * whoever draws them is told which rows changed.
 */
export interface Cells {
  /** The highest row known. */
  readonly rows: number;
  /** undefined for a row that has not been heard of. */
  statusOf(row: number): RunStatus | undefined;
  runOf(row: number): string | null;
  apply(changed: readonly BatchCell[]): void;
  subscribe(listener: (changed: readonly BatchCell[]) => void): () => void;
}

export function createCells(): Cells {
  // 0: unknown; else the status's place in the list, from 1.
  let codes = new Uint8Array(1_024);
  const runs = new Map<number, string>();
  const listeners = new Set<(changed: readonly BatchCell[]) => void>();
  let rows = 0;

  function grow(row: number) {
    const larger = new Uint8Array(Math.max(row + 1, codes.length * 2));
    larger.set(codes);
    codes = larger;
  }

  return {
    get rows() {
      return rows;
    },
    statusOf: (row) => statuses[(codes[row] ?? 0) - 1],
    runOf: (row) => runs.get(row) ?? null,
    apply(changed) {
      for (const [row, status, runId] of changed) {
        if (row >= codes.length) grow(row);
        if (row > rows) rows = row;
        codes[row] = statuses.indexOf(status) + 1;
        if (runId) runs.set(row, runId);
      }
      for (const listener of listeners) listener(changed);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
