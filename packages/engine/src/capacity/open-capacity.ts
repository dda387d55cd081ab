import type { CapacityPort, CapacityStore, Clock, Log } from "@flotilla/core";
import { Bucket } from "./bucket.ts";

export interface CapacityOptions {
  workerId: string;
  store: CapacityStore;
  /** Told of buckets that another worker has paused or learned of. */
  signals: {
    onCapacity(callback: (bucket: string) => void): () => void;
    onCatchUp(callback: () => void): () => void;
  };
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  log: Log;
}

export interface OpenCapacity extends CapacityPort {
  /** Gives up what this worker holds; calls that still wait are the callers' to abort before. */
  close(): Promise<void>;
}

/** A worker's scheduler of provider capacity. */
export function openCapacity(options: CapacityOptions): OpenCapacity {
  const { workerId: worker, store, signals, clock, random, log } = options;
  const parts = { worker, store, clock, random, log, monotonic: () => performance.now() };
  const buckets = new Map<string, Bucket>();
  const unlisten = [
    signals.onCapacity((name) => buckets.get(name)?.changed()),
    signals.onCatchUp(() => {
      for (const bucket of buckets.values()) bucket.changed();
    }),
  ];
  return {
    admit(request) {
      let bucket = buckets.get(request.bucket);
      if (!bucket) {
        bucket = new Bucket(request.bucket, request.limits, parts);
        buckets.set(request.bucket, bucket);
      }
      return bucket.admit(request);
    },
    async close() {
      for (const end of unlisten) end();
      for (const bucket of buckets.values()) bucket.close();
      await store.leave(worker).catch((error: unknown) => {
        // Should this fail, what it held expires by itself.
        log.warn({ err: error, workerId: worker }, "capacity could not be given up");
      });
    },
  };
}
