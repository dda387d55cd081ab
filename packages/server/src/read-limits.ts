import type { BucketState, Caller } from "@flotilla/core";
import type { Store } from "@flotilla/store";
import { seesFleet } from "./access/permit.ts";

/** The buckets of provider capacity. Of those who wait, the caller sees his own organisation. */
export async function readLimits(
  store: Pick<Store, "capacity">,
  caller: Caller,
): Promise<BucketState[]> {
  const buckets = await store.capacity.list();
  if (seesFleet(caller)) return buckets;
  return buckets.map((bucket) => asSeenBy(caller.organisation, bucket));
}

function asSeenBy(organisation: string, bucket: BucketState): BucketState {
  const waiting = bucket.waiting.filter((one) => one.organisation === organisation);
  return { ...bucket, waiting };
}
