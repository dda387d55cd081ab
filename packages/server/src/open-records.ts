import { join } from "node:path";
import type { Log, RedactPort } from "@flotilla/core";
import { repeat, systemClock } from "@flotilla/engine";
import type { Store } from "@flotilla/store";
import { openActivityLog, type ActivityLog } from "./activity/activity-log.ts";
import { artifactStorage } from "./artifact-storage.ts";
import type { Config } from "./config.ts";
import { catchAll } from "./errors/catch-all.ts";
import { openErrors, type Errors } from "./errors/open-errors.ts";
import { openHealthSampler, type HealthSampler } from "./health/health-sampler.ts";
import { followLevels } from "./log/follow-levels.ts";
import type { ProcessLog } from "./log.ts";

/** What a server takes down beside its answers. */
export interface Records {
  activity: ActivityLog;
  errors: Errors;
  health: HealthSampler;
  /** Writes what is left. */
  close(): Promise<void>;
}

const kept = {
  samplesHours: 24,
  hoursDays: 90,
  errorsDays: 90,
  errorGroups: 10_000,
  usesDays: 90,
  notificationsDays: 30,
  occasionsDays: 90,
};

/** Opens the server's records, and deletes what is kept no longer. */
export async function openRecords(parts: {
  config: Config;
  store: Store;
  logs: ProcessLog;
  redact: RedactPort;
}): Promise<Records> {
  const { config, store, logs } = parts;
  const log = logs.of("server");
  const activity = openActivityLog({ store, clock: systemClock, log });
  const errors = openErrors({ ...parts, log });
  const folders = foldersOf(config);
  const health = openHealthSampler({ store, clock: systemClock, log, folders });
  const endLevels = await followLevels(store, logs, log);
  const endCatching = catchAll(errors, log);
  const cleaning = cleanUp(store, config, log);
  return {
    activity,
    errors,
    health,
    async close() {
      endLevels();
      endCatching();
      await Promise.all([cleaning.stop(), health.stop()]);
      await Promise.all([activity.close(), errors.close()]);
    },
  };
}

/** Folders whose disks may fill up. */
function foldersOf(config: Config): Record<string, string> {
  const storage = config.artifacts.kind === "folder" ? artifactStorage(config, {}) : undefined;
  const { file } = config.log;
  return {
    home: config.home,
    ...(storage?.kind === "folder" && { artifacts: storage.path }),
    ...(file !== undefined && { logs: join(file, "..") }),
  };
}

function cleanUp(store: Store, { activityDays }: Config, log: Log) {
  const times = { everyMs: 600_000, quietMs: 60_000 };
  return repeat("cleaning up records", log, times, async () => {
    await store.health.rollUp(kept);
    await store.errors.deleteOld(kept.errorsDays, kept.errorGroups);
    await store.credentials.forgetOldUses(kept.usesDays);
    while ((await store.triggers.deleteOld(kept.occasionsDays)) > 0);
    while ((await store.notifications.deleteOld(kept.notificationsDays)) > 0);
    while (activityDays !== null && (await store.activity.deleteOld(activityDays)) > 0);
  });
}
