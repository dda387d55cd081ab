import type pg from "pg";
import { bindAll } from "./bind-all.ts";
import { openDatabase } from "./database.ts";
import { appendActivity, deleteOldActivity } from "./queries/activity.ts";
import { countErrors, deleteOldErrors, noteErrors } from "./queries/error-group.ts";
import * as health from "./queries/health.ts";
import { listLogLevels, setLogLevel } from "./queries/log-level.ts";
import { changePreferences, getPreferences } from "./queries/preferences.ts";

/** What the platform takes down about itself and its users. */
export function recordQueries(pool: pg.Pool) {
  const db = openDatabase(pool);
  return {
    activity: {
      ...bindAll(pool, { append: appendActivity }),
      ...bindAll(db, { deleteOld: deleteOldActivity }),
    },
    errors: {
      ...bindAll(pool, { note: noteErrors }),
      ...bindAll(db, { count: countErrors, deleteOld: deleteOldErrors }),
    },
    health: {
      ...bindAll(pool, { keep: health.keepHealth }),
      ...bindAll(db, {
        ping: health.ping,
        database: health.databaseFigures,
        workers: health.workerFigures,
        takeTurn: health.takeHealthTurn,
        current: health.currentHealth,
        samples: health.healthSamples,
        hours: health.healthHours,
        rollUp: health.rollUpHealth,
      }),
    },
    logLevels: bindAll(db, { list: listLogLevels, set: setLogLevel }),
    preferences: bindAll(db, { get: getPreferences, change: changePreferences }),
  };
}
