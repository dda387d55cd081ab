import type { BucketState, Caller } from "@flotilla/core";
import type { Store, StoreView } from "@flotilla/store";
import { seesFleet } from "./access/permit.ts";

/**
 * The buckets of provider capacity. Of those who wait, and of those of an organisation's own keys, the
 * caller sees his own.
 */
export async function readLimits(
  store: Pick<Store, "capacity">,
  viewer: { caller: Caller; store: Pick<StoreView, "credentials"> },
): Promise<BucketState[]> {
  const buckets = await store.capacity.list();
  const { caller } = viewer;
  if (seesFleet(caller)) return buckets;
  const isOfKey = buckets.some(({ bucket }) => keyOf(bucket) !== undefined);
  const own = new Set(isOfKey ? (await viewer.store.credentials.list()).map(({ id }) => id) : []);
  return buckets
    .filter(({ bucket }) => own.has(keyOf(bucket) ?? "") || keyOf(bucket) === undefined)
    .map((bucket) => asSeenBy(caller.organisation, bucket));
}

/** The credential whose calls a bucket counts; undefined: the platform's own key. */
function keyOf(bucket: string): string | undefined {
  return bucket.split("#")[1];
}

function asSeenBy(organisation: string, bucket: BucketState): BucketState {
  const waiting = bucket.waiting.filter((one) => one.organisation === organisation);
  return { ...bucket, waiting };
}
