import {
  forkJournal,
  newId,
  renderTemplate,
  type Clock,
  type EngineStore,
  type Log,
  type RowMakers,
  type ToolPort,
} from "@flotilla/core";
import { readTools } from "./fork-run.ts";

/** Chunks one batch may release in a row before the next batch has its turn. */
const chunksPerTurn = 4;

/**
 * Moves every running batch on: releases rows up to its concurrency, pauses it when its budget
 * is spent, completes it when every row has ended.
 */
export async function feedBatches(
  parts: { store: EngineStore; clock: Clock; tools: Pick<ToolPort, "list"> },
  log: Log,
): Promise<void> {
  const { store } = parts;
  const makers = rowMakers(parts);
  for (const batchId of await store.batches.running()) {
    try {
      await feedBatch(store, makers, log, batchId);
    } catch (error) {
      // One batch that cannot go on must not keep those behind it from going on.
      log.warn({ err: error, batchId }, "the batch could not be moved on; it is tried again");
    }
  }
}

async function feedBatch(
  store: EngineStore,
  makers: RowMakers,
  log: Log,
  batchId: string,
): Promise<void> {
  for (let chunks = 0; chunks < chunksPerTurn; chunks++) {
    const tick = await store.batches.tick(batchId, makers);
    if (tick.kind === "budget_spent") log.info({ batchId }, "the batch's budget is spent");
    if (tick.kind === "completed") {
      log.info({ batchId }, "the batch is completed");
      await store.batches.certify(batchId);
    }
    if (tick.kind !== "released" || tick.rows === 0) return;
  }
}

function rowMakers({ clock, tools }: { clock: Clock; tools: Pick<ToolPort, "list"> }): RowMakers {
  const isRead = readTools(tools);
  return {
    run: (batch, { row, data }) => ({
      runId: newId("run", clock.now()),
      agentId: batch.agentId,
      agentName: batch.agentName,
      agentVersion: batch.agentVersion,
      input: { text: renderTemplate(batch.template, data) },
      batchId: batch.batchId,
      row,
      organisation: batch.organisation,
      environment: batch.environment,
      ...(batch.startedBy !== undefined && { startedBy: batch.startedBy }),
      ...(batch.user !== undefined && { user: batch.user }),
      ...(batch.labels && { labels: batch.labels }),
      ...(batch.economyUntil !== undefined && { economyUntil: batch.economyUntil }),
      interactive: false,
    }),
    fork: ({ batchId, fork, startedBy, user }, row) => ({
      runId: newId("run", clock.now()),
      ...fork,
      ...(startedBy !== undefined && { startedBy }),
      ...(user !== undefined && { user }),
      batchId,
      row,
      interactive: false,
    }),
    plan: (events, order) => forkJournal(events, order, isRead),
  };
}
