import pg from "pg";

/** Ids of runs that changed, `runId` or `runId:batchId`, comma-separated. */
export const changeChannel = "flotilla_change";
/** Segments are due in the queue; no payload. */
export const dueChannel = "flotilla_due";
/** Id of a run somebody watches live: its worker journals partial text for a while. */
export const watchChannel = "flotilla_watch";
/** Id of a run to be cancelled. */
export const cancelChannel = "flotilla_cancel";
/** Children have ended, or what lies below a run is to be cancelled; no payload. */
export const treeChannel = "flotilla_tree";
/** `pause` or `outside`, and the id of the run that somebody wants it of. */
export const steerChannel = "flotilla_steer";
/** Id of a run that another one has written to. */
export const mailChannel = "flotilla_mail";
/** The answers that were kept are forgotten; no payload. */
export const cacheChannel = "flotilla_cache";
/** Budgets were changed; no payload. */
export const budgetChannel = "flotilla_budget";
/** Models whose breaker or pause changed, comma-separated. */
export const targetChannel = "flotilla_target";

/** Who a caller is has changed: `key:<id>` or `user:<id>`. */
export const accessChannel = "flotilla_access";
/** Credentials were set, removed or wrapped anew: the id of one, or nothing. */
export const credentialChannel = "flotilla_credential";

/** An organisation whose access rules were changed. */
export const ruleChannel = "flotilla_rule";
/** An organisation whose tool rules were changed. */
export const toolRuleChannel = "flotilla_tool_rule";
/** Ids of runs whose interrupts changed otherwise than by their journal, comma-separated. */
export const interruptChannel = "flotilla_interrupt";

/** A bucket of provider capacity was paused, or its limits are others: its workers ask at once. */
export const capacityChannel = "flotilla_capacity";

/** Levels of the log were set; no payload. */
export const logLevelChannel = "flotilla_log_level";

/** Something happened that a trigger waits for; no payload. */
export const triggerChannel = "flotilla_trigger";
/** Notifications are on their way; no payload. */
export const notificationChannel = "flotilla_notification";

/** Schedules were changed, or have something to start; no payload. */
export const scheduleChannel = "flotilla_schedule";

/** The breaker of a tool changed, as `organisation tool`. */
export const toolChannel = "flotilla_tool";

/** An organisation whose MCP servers, or what they say, were changed. */
export const mcpChannel = "flotilla_mcp";

const channels = [
  changeChannel,
  dueChannel,
  watchChannel,
  cancelChannel,
  treeChannel,
  steerChannel,
  mailChannel,
  cacheChannel,
  targetChannel,
  toolChannel,
  mcpChannel,
  budgetChannel,
  capacityChannel,
  accessChannel,
  credentialChannel,
  ruleChannel,
  toolRuleChannel,
  interruptChannel,
  logLevelChannel,
  notificationChannel,
  triggerChannel,
  scheduleChannel,
] as const;
export type Channel = (typeof channels)[number];

export interface Notifier {
  /** Calls back with each payload. Returns the function that ends it. */
  listen(channel: Channel, onPayload: (payload: string) => void): () => void;
  /**
   * Calls back whenever notifications may have been missed (the connection was lost and is
   * back): readers must look at the tables once.
   */
  onCatchUp(callback: () => void): () => void;
  close(): Promise<void>;
}

/**
 * LISTEN on one connection of its own, which reconnects by itself. NOTIFY carries only ids;
 * whoever is told reads the tables.
 */
export async function openNotifier(
  url: string,
  onError: (error: Error) => void,
): Promise<Notifier> {
  const listeners = new Map<string, Set<(payload: string) => void>>();
  const catchUps = new Set<() => void>();
  let client: pg.Client | undefined;
  let closed = false;

  async function connect(): Promise<void> {
    const next = new pg.Client({
      connectionString: url,
      application_name: "flotilla-notifier",
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
    });
    next.on("error", onError);
    next.on("end", () => void reconnect(next));
    next.on("notification", ({ channel, payload }) => {
      for (const call of listeners.get(channel) ?? []) call(payload ?? "");
    });
    await next.connect();
    for (const channel of channels) {
      await next.query(`LISTEN ${channel}`);
    }
    client = next;
  }

  async function reconnect(lost: pg.Client): Promise<void> {
    if (client !== lost) return;
    client = undefined;
    for (let failures = 0; !closed && !client; failures++) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(1_000, 50 * 2 ** failures)));
      try {
        if (!closed) await connect();
      } catch (error) {
        onError(error as Error);
      }
    }
    if (!closed) for (const call of catchUps) call();
  }

  await connect();
  return {
    listen(channel, onPayload) {
      const set = listeners.get(channel) ?? new Set();
      listeners.set(channel, set.add(onPayload));
      return () => void set.delete(onPayload);
    },
    onCatchUp(callback) {
      catchUps.add(callback);
      return () => void catchUps.delete(callback);
    },
    async close() {
      closed = true;
      const open = client;
      client = undefined;
      await open?.end();
    },
  };
}
