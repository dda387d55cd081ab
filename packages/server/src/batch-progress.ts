import type { Batch, BatchProgress, Clock } from "@flotilla/core";
import { BatchSpeedometer } from "@flotilla/engine";
import type { StoreView } from "@flotilla/store";

export type ReadProgress = (store: StoreView, batch: string | Batch) => Promise<BatchProgress>;

/**
 * Reads batches with their figures of the moment; one reader per process, because speeds come
 * from what was read before. Throws `not_found`.
 */
export function progressReader(clock: Clock): ReadProgress {
  const speedometer = new BatchSpeedometer();
  return async (store, given) => {
    const batch = typeof given === "string" ? await store.batches.get(given) : given;
    const figures = await store.batches.figures(batch.id);
    // What is paused or ended has no speed.
    const since = batch.status === "running" ? batch.startedAt : null;
    const startedAt = since === null ? null : Date.parse(since);
    const speed = speedometer.measure(batch.id, figures, clock.now(), startedAt);
    return { ...batch, ...figures, ...speed };
  };
}
