import type { Status } from "@flotilla/api";
import type { StoreView } from "@flotilla/store";
import type { AppParts } from "./app-parts.ts";
import { providerStates } from "./provider-states.ts";

export type StatusParts = Pick<
  AppParts,
  "store" | "models" | "providers" | "version" | "startedAt" | "databaseKind"
>;

/** Is the platform well? @param view what the caller sees: his own runs */
export async function readStatus(
  parts: StatusParts,
  view: Pick<StoreView, "runs">,
): Promise<Status> {
  const { store, version, startedAt, databaseKind } = parts;
  const [database, workers, runs] = await Promise.all([
    store.databaseInfo(),
    store.workers.list(),
    view.runs.count(),
  ]);
  return {
    version,
    startedAt,
    database: { kind: databaseKind, ...database },
    workers,
    runs,
    providers: providerStates(parts),
  };
}
