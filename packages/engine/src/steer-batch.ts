import { FlotillaError, type EngineStore } from "@flotilla/core";

const atOnce = 50;

/** Cancels a batch: no further rows start, and its runs under way are cancelled. */
export async function cancelBatch(
  store: {
    batches: Pick<EngineStore["batches"], "cancel">;
    runs: Pick<EngineStore["runs"], "cancel">;
  },
  batchId: string,
  by: string,
): Promise<void> {
  const runIds = await store.batches.cancel(batchId);
  await eachOf(runIds, (runId) => store.runs.cancel(runId, by, "the batch was cancelled"));
}

/** Starts the failed and cancelled rows of a batch again, each from the step that failed. */
export async function retryBatch(
  store: {
    batches: Pick<EngineStore["batches"], "reopen">;
    runs: Pick<EngineStore["runs"], "retry">;
  },
  batchId: string,
  by: string,
): Promise<void> {
  const runIds = await store.batches.reopen(batchId);
  await eachOf(runIds, (runId) => store.runs.retry(runId, by));
}

/** A run that changed meanwhile is left as it is. */
async function eachOf(runIds: string[], act: (runId: string) => Promise<void>): Promise<void> {
  for (let start = 0; start < runIds.length; start += atOnce) {
    await Promise.all(
      runIds.slice(start, start + atOnce).map((runId) =>
        act(runId).catch((error: unknown) => {
          if (error instanceof FlotillaError && error.code === "conflict") return;
          throw error;
        }),
      ),
    );
  }
}
