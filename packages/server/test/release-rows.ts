import { newId } from "@flotilla/core";
import type { Store } from "@flotilla/store";
import { sampleMakers } from "../../store/test/sample-batch.ts";

/** Does what the engine does for a running batch: releases its next rows as pending runs. */
export async function releaseRows(store: Store, batchId: string): Promise<string[]> {
  const runIds: string[] = [];
  await store.batches.tick(batchId, {
    ...sampleMakers,
    run({ agentId, agentName, agentVersion }, { row }) {
      const runId = newId("run");
      runIds.push(runId);
      const input = { text: "q" };
      const agent = { agentId, agentName, agentVersion };
      return { runId, ...agent, input, batchId, row, interactive: false };
    },
  });
  return runIds;
}

/** Lets the engine's feeder notice that every row has ended. */
export async function completeBatch(store: Store, batchId: string): Promise<void> {
  const run = () => {
    throw new Error("there are rows left");
  };
  await store.batches.tick(batchId, { ...sampleMakers, run });
}
