import type { Log } from "@flotilla/core";
import { repeat, systemClock } from "@flotilla/engine";
import type { Store } from "@flotilla/store";
import { openActivityLog, type ActivityLog } from "./activity/activity-log.ts";
import type { Config } from "./config.ts";

/** What a server takes down beside its answers. */
export interface Records {
  activity: ActivityLog;
  /** Writes what is left. */
  close(): Promise<void>;
}

/** Opens the server's records and deletes what is kept no longer, once an hour. */
export function openRecords(parts: { config: Config; store: Store; log: Log }): Records {
  const { config, store, log } = parts;
  const activity = openActivityLog({ store, clock: systemClock, log });
  const cleaning = repeat("cleaning up", log, { everyMs: 3_600_000, quietMs: 60_000 }, () =>
    cleanUp(store, config),
  );
  return {
    activity,
    async close() {
      await cleaning.stop();
      await activity.close();
    },
  };
}

async function cleanUp({ activity }: Store, { activityDays }: Config): Promise<void> {
  while (activityDays !== null && (await activity.deleteOld(activityDays)) > 0);
}
