import type { Status } from "@flotilla/api";
import type { Caller } from "@flotilla/core";
import type { StoreView } from "@flotilla/store";
import { seesFleet } from "./access/permit.ts";
import type { AppParts } from "./app-parts.ts";
import { providerStates } from "./provider-states.ts";

export type StatusParts = Pick<
  AppParts,
  "store" | "models" | "providers" | "version" | "startedAt" | "databaseKind"
>;

/** Is the platform well? The runs are the viewer's own; where workers are is for who looks after them. */
export async function readStatus(
  parts: StatusParts,
  viewer: { caller: Caller; store: Pick<StoreView, "runs"> },
): Promise<Status> {
  const { store, version, startedAt, databaseKind } = parts;
  const [database, workers, runs] = await Promise.all([
    store.databaseInfo(),
    store.workers.list(),
    viewer.store.runs.count(),
  ]);
  return {
    version,
    startedAt,
    database: { kind: databaseKind, ...database },
    workers: seesFleet(viewer.caller) ? workers : workers.map(somewhere),
    runs,
    providers: providerStates(parts),
  };
}

function somewhere(worker: Status["workers"][number]): Status["workers"][number] {
  return { ...worker, host: "", pid: 0 };
}
