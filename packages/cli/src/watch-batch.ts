import type { BatchRow } from "@flotilla/api";
import type { BatchProgress } from "@flotilla/core";
import type { Connection } from "./connection.ts";
import { exitCodes, type ExitCode } from "./exit.ts";
import { openProgressView } from "./progress-view.ts";
import { batchEnding } from "./render/batch.ts";
import { certificateText } from "./render/certificate.ts";
import { counted } from "./render/number.ts";

/**
 * Shows a batch until it ends, then says how it ended. Also returns once its budget has
 * paused it and nothing runs any more, for then nothing moves without a person. When the
 * signal is aborted it says how to come back, and throws; the batch goes on.
 */
export async function watchBatch(
  connection: Connection,
  batchId: string,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { terminal } = connection;
  try {
    const batch = await followBatch(connection, batchId, signal);
    if (terminal.json) terminal.document({ type: "ended", batch });
    else await tellEnding(connection, batch);
    return batchExitCode(batch);
  } catch (error) {
    if (signal.aborted) terminal.note(wayBack(batchId));
    throw error;
  }
}

async function followBatch(
  { client, terminal }: Connection,
  batchId: string,
  signal: AbortSignal,
): Promise<BatchProgress> {
  const view = openProgressView(terminal);
  const live = client.connect();
  try {
    const stream = live.batch(batchId, {
      signal,
      giveUpAfterMs: 60_000,
      onReconnecting: view.connection,
    });
    for await (const message of stream) {
      if (message.type !== "progress") continue;
      if (isStuck(message.progress)) break;
      view.show(message.progress);
    }
    const batch = await client.batches.get(batchId);
    if (!terminal.json) view.show(batch);
    return batch;
  } finally {
    live.close();
    view.end();
  }
}

function isStuck({ status, pausedBy, counts }: BatchProgress): boolean {
  return status === "paused" && pausedBy === "budget" && counts.running === 0;
}

export function batchExitCode({ status, counts, rows }: BatchProgress): ExitCode {
  return status === "completed" && counts.completed === rows ? exitCodes.ok : exitCodes.incomplete;
}

async function tellEnding({ client, terminal }: Connection, batch: BatchProgress): Promise<void> {
  const isClean = batchExitCode(batch) === exitCodes.ok;
  terminal.note(terminal.paintNote(isClean ? "green" : "yellow", batchEnding(batch)));
  if (batch.status === "completed") {
    terminal.note(certificateText(await client.batches.certificate(batch.id)));
  }
  if (batch.status === "paused") {
    terminal.note(
      `The budget is spent. Raise it: flotilla batch change ${batch.id} --budget <usd>\n` +
        `Then go on: flotilla batch resume ${batch.id}`,
    );
  }
  if (batch.counts.failed > 0) {
    const { items } = await client.batches.rows(batch.id, { status: "failed", limit: 200 });
    for (const line of failureCauses(items)) terminal.note(`  ${line}`);
    terminal.note(`Failed rows: flotilla batch results ${batch.id} --status failed`);
    terminal.note(`Try them again: flotilla batch retry ${batch.id}`);
  } else if (isClean) {
    terminal.note(`Results: flotilla batch results ${batch.id}`);
  }
}

/** The most frequent causes, each with its number of rows and the first of them. */
export function failureCauses(rows: readonly BatchRow[]): string[] {
  const causes = new Map<string, { rows: number; first: BatchRow }>();
  for (const row of rows) {
    const message = row.error?.message ?? "unknown cause";
    const cause = causes.get(message) ?? { rows: 0, first: row };
    causes.set(message, { ...cause, rows: cause.rows + 1 });
  }
  return [...causes]
    .toSorted(([, a], [, b]) => b.rows - a.rows)
    .slice(0, 5)
    .map(([message, { rows: number, first }]) => {
      // A bad row's message names its line already.
      if (first.error?.code === "row_invalid") return message;
      const place = first.line === null ? `row ${first.row}` : `line ${first.line}`;
      return `${counted(number, "row")} (${number > 1 ? "first: " : ""}${place}): ${message}`;
    });
}

function wayBack(batchId: string): string {
  return [
    `The batch goes on. Watch it: flotilla batch watch ${batchId}`,
    `Cancel it: flotilla batch cancel ${batchId}`,
  ].join("\n");
}
