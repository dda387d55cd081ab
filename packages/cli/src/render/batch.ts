import {
  outputText,
  type AnswerCheck,
  type BatchFork,
  type BatchProgress,
  type RowCounts,
} from "@flotilla/core";
import type { Terminal } from "../terminal.ts";
import { money } from "./money.ts";
import { compact, count, counted } from "./number.ts";
import { statusWord } from "./status.ts";
import { cut, oneLine, properties, table, type Column } from "./table.ts";
import { ago, between, duration } from "./time.ts";

/** Rows that have ended, whichever way. */
export function rowsDone(counts: RowCounts): number {
  return counts.completed + counts.failed + counts.cancelled;
}

/**
 * The figures of a moment in one line: `594/1,319 rows · 87 running · 3 failed ·
 * 12.3k tok/s · $0.0123 · ETA 2 min 5 s`. What is zero or unknown is left out.
 */
export function progressText(progress: BatchProgress): string {
  const { counts, rows, tokensPerSecond, etaSeconds, costMicros, costIncomplete } = progress;
  const parts = [`${count(rowsDone(counts))}/${counted(rows, "row")}`];
  for (const status of ["running", "waiting", "failed", "cancelled"] as const) {
    if (counts[status] > 0) parts.push(`${count(counts[status])} ${status}`);
  }
  if (tokensPerSecond) parts.push(`${compact(tokensPerSecond)} tok/s`);
  parts.push(money(costMicros, costIncomplete));
  if (progress.status === "paused") parts.push(pauseText(progress));
  else if (etaSeconds && !isHeldUp(progress)) parts.push(`ETA ${duration(etaSeconds * 1_000)}`);
  return parts.join(" · ");
}

/** All that has started waits: how fast it was says nothing of how long it will take. */
function isHeldUp({ counts }: BatchProgress): boolean {
  return counts.waiting > 0 && counts.running === 0;
}

function pauseText({ pausedBy }: BatchProgress): string {
  return pausedBy === "budget" ? "paused, the budget is spent" : "paused";
}

export function batchTable(batches: readonly BatchProgress[], terminal: Terminal): string {
  const columns: Column<BatchProgress>[] = [
    { title: "BATCH", value: (batch) => batch.id },
    { title: "STATUS", value: (batch) => statusWord(batch.status, terminal.paint) },
    { title: "AGENT", value: (batch) => `${batch.agentName} v${batch.agentVersion}` },
    {
      title: "ROWS",
      align: "right",
      value: (batch) => `${count(rowsDone(batch.counts))}/${count(batch.rows)}`,
    },
    { title: "FAILED", align: "right", value: (batch) => count(batch.counts.failed) },
    {
      title: "COST",
      align: "right",
      value: (batch) => money(batch.costMicros, batch.costIncomplete),
    },
    { title: "STARTED", value: (batch) => ago(batch.startedAt) },
    { title: "NAME", value: (batch) => batch.name },
  ];
  return table(batches, columns, terminal);
}

export function batchDetails(batch: BatchProgress, terminal: Terminal): string {
  const why = batch.pausedBy === "budget" ? ", the budget is spent" : "";
  const rows: [string, string][] = [
    ["batch", batch.id],
    ["name", batch.name],
    ["status", statusWord(batch.status, terminal.paint) + why],
    ["agent", `${batch.agentName} v${batch.agentVersion}`],
    batch.fork ? forkRow(batch.fork) : ["template", cut(oneLine(batch.template), 200)],
    ...(batch.check ? [checkRow(batch.check)] : []),
    ["rows", rowsText(batch)],
    ["concurrency", `${count(batch.concurrency)}, priority ${batch.priority}`],
    ["budget", batch.budgetMicros === null ? "none" : money(batch.budgetMicros)],
    ...(batch.economyUntil === null ? [] : [economyRow(batch.economyUntil)]),
    ["cost", money(batch.costMicros, batch.costIncomplete)],
    ["tokens", `${count(batch.inputTokens)} in, ${count(batch.outputTokens)} out`],
    ["steps", count(batch.steps)],
    ["created", ago(batch.createdAt)],
    ["took", between(batch.startedAt, batch.endedAt)],
  ];
  if (batch.tokensPerSecond) rows.push(["speed", `${compact(batch.tokensPerSecond)} tok/s`]);
  if (batch.etaSeconds && !isHeldUp(batch)) rows.push(["ETA", duration(batch.etaSeconds * 1_000)]);
  return properties(rows, terminal);
}

function forkRow({ at, changes, effects }: BatchFork): [string, string] {
  const place = typeof at === "string" ? at : JSON.stringify(at);
  const otherwise = Object.keys(changes).length === 0 ? "" : `, with ${JSON.stringify(changes)}`;
  return ["forks", cut(oneLine(`at ${place}${otherwise}; effects: ${effects}`), 200)];
}

function checkRow({ kind, expected }: AnswerCheck): [string, string] {
  return ["check", cut(oneLine(`${kind} = ${outputText(expected)}`), 200)];
}

function economyRow(until: string): [string, string] {
  return ["economy", `rows may wait for the batch endpoint until ${until}`];
}

function rowsText({ rows, counts }: BatchProgress): string {
  const parts = Object.entries(counts)
    .filter(([, number]) => number > 0)
    .map(([status, number]) => `${count(number)} ${status}`);
  return [count(rows), ...parts].join(" · ");
}

/** How a batch ended, in one line. */
export function batchEnding(batch: BatchProgress): string {
  return [
    `${batch.status} in ${between(batch.startedAt, batch.endedAt)}`,
    `${count(batch.counts.completed)} of ${counted(batch.rows, "row")} completed`,
    ...(batch.counts.failed > 0 ? [`${count(batch.counts.failed)} failed`] : []),
    ...(batch.counts.cancelled > 0 ? [`${count(batch.counts.cancelled)} cancelled`] : []),
    `${count(batch.inputTokens)} in, ${count(batch.outputTokens)} out`,
    money(batch.costMicros, batch.costIncomplete),
  ].join(" · ");
}
