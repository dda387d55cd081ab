import { logComponentSchema, logLevelSchema } from "@flotilla/api";
import type { Log } from "@flotilla/core";
import type { Store } from "@flotilla/store";
import type { ProcessLog } from "../log.ts";

/**
 * Keeps the levels of a process's log as they were set at run time. While the database is away they stay
 * as they are. Returns the function that ends it.
 */
export async function followLevels(
  store: Pick<Store, "logLevels" | "signals">,
  logs: Pick<ProcessLog, "setLevels">,
  log: Log,
): Promise<() => void> {
  const look = async () => {
    try {
      const set: Parameters<ProcessLog["setLevels"]>[0] = {};
      for (const { component, level } of await store.logLevels.list()) {
        const known = logComponentSchema.safeParse(component);
        const wanted = logLevelSchema.safeParse(level);
        if (known.success && wanted.success) set[known.data] = wanted.data;
      }
      logs.setLevels(set);
    } catch (error) {
      log.warn({ err: error }, "the levels of the log could not be read");
    }
  };
  const { signals } = store;
  const ends = [signals.onLogLevel(() => void look()), signals.onCatchUp(() => void look())];
  await look();
  return () => {
    for (const end of ends) end();
  };
}
