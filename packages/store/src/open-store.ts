import { newId, type Event, type McpStore } from "@flotilla/core";
import type pg from "pg";
import { coalesce } from "./coalesce.ts";
import { identityQueries } from "./identity-queries.ts";
import { openJournal } from "./journal.ts";
import {
  budgetChannel,
  cacheChannel,
  cancelChannel,
  capacityChannel,
  changeChannel,
  credentialChannel,
  dueChannel,
  interruptChannel,
  logLevelChannel,
  notificationChannel,
  mailChannel,
  mcpChannel,
  openNotifier,
  ruleChannel,
  scheduleChannel,
  steerChannel,
  targetChannel,
  toolChannel,
  toolRuleChannel,
  treeChannel,
  triggerChannel,
  watchChannel,
  type Channel,
  type Notifier,
} from "./notifier.ts";
import { openPool } from "./pool.ts";
import { readManyEvents, type Cursor } from "./queries/event.ts";
import { homeScope } from "./scope.ts";
import { systemQueries } from "./system-queries.ts";
import { tenantQueries } from "./tenant-queries.ts";
import { openTenants } from "./tenant-store.ts";

export interface StoreOptions {
  url: string;
  /** Told of connections that were lost; they are replaced by themselves. */
  onError: (error: Error) => void;
  maxConnections?: number;
}

export type Store = Awaited<ReturnType<typeof openStore>>;

const eventsPerRead = 500;

/** The next events of each cursor; those who are at the same place share them. */
async function readOnce(pool: pg.Pool, cursors: Cursor[]): Promise<Event[][]> {
  const places = new Map(cursors.map((cursor) => [`${cursor.runId} ${cursor.afterSeq}`, cursor]));
  const lists = await readManyEvents(pool, [...places.values()], eventsPerRead);
  const found = new Map([...places.keys()].map((place, index) => [place, lists[index]]));
  return cursors.map(({ runId, afterSeq }) => found.get(`${runId} ${afterSeq}`) ?? []);
}

/**
 * The store of a process: one pool, one journal writer, one LISTEN connection, and a function
 * per state transition and query, grouped by noun. The schema must have been migrated.
 *
 * It sees all organisations, and is for the platform itself and its operator; requests are served
 * from `tenant`, whose connections see one scope.
 */
export async function openStore(options: StoreOptions) {
  const pool = openPool({
    url: options.url,
    max: options.maxConnections ?? 10,
    name: "flotilla",
    onError: options.onError,
  });
  const notifier = await openNotifier(options.url, options.onError);
  const journalPool = openJournalPool(options);
  const journal = openJournal(journalPool);
  const readNext = coalesce((cursors: Cursor[]) => readOnce(pool, cursors), 500);
  const own = tenantQueries(pool, homeScope);
  const system = systemQueries(pool);
  const store = {
    pool,
    ...own,
    ...system,
    journal: {
      append: journal.append,
      read: journal.read,
      /** The next events after a cursor, up to 500; reads of many runs share statements. */
      readNext: (runId: string, afterSeq: number) => readNext({ runId, afterSeq }),
    },
    requests: { ...own.requests, ...system.requests },
    mcp: { ...own.mcp, ...system.mcp },
    agents: { ...own.agents, ...system.agents },
    runs: { ...own.runs, ...system.runs },
    teams: { ...own.teams, ...system.teams },
    plans: { ...own.plans, ...system.plans },
    batches: { ...own.batches, ...system.batches },
    cache: { ...own.cache, ...system.cache },
    budgets: { ...own.budgets, ...system.budgets },
    costs: { ...own.costs, ...system.costs },
    activity: { ...own.activity, ...system.activity },
    connections: { ...own.connections, ...system.connections },
    credentials: { ...own.credentials, ...system.credentials },
    organisations: { ...own.organisations, ...system.organisations },
    interrupts: { ...own.interrupts, ...system.interrupts },
    rules: { ...own.rules, ...system.rules },
    schedules: { ...own.schedules, ...system.schedules },
    toolRules: { ...own.toolRules, ...system.toolRules },
    errors: { ...own.errors, ...system.errors },
    notifications: { ...own.notifications, ...system.notifications },
    triggers: { ...own.triggers, ...system.triggers },
    ...healths(system, notifier),
    mcpTools: mcpStore(system.mcpTools, notifier),
    identity: identityQueries(pool, notifier),
    signals: signals(pool, notifier),
  };
  const tenants = openTenants(options, store);
  return {
    ...store,
    tenant: tenants.of,
    async close(): Promise<void> {
      journal.close();
      await notifier.close();
      await Promise.all([journalPool.end(), tenants.close(), pool.end()]);
    },
  };
}

/** How targets and tools do, with the news of their breakers. */
function healths(
  { targets, toolHealth }: Pick<ReturnType<typeof systemQueries>, "targets" | "toolHealth">,
  notifier: Notifier,
) {
  const onChange = (channel: Channel) => (callback: () => void) =>
    notifier.listen(channel, callback);
  return {
    targets: { ...targets, onChange: onChange(targetChannel) },
    toolHealth: { ...toolHealth, onChange: onChange(toolChannel) },
  };
}

/** The MCP servers that may be called, with their tools and the news of them. */
function mcpStore(
  { usable, toolsOf, see }: ReturnType<typeof systemQueries>["mcpTools"],
  notifier: Notifier,
): McpStore {
  return {
    async of(place) {
      const servers = await usable(place);
      if (servers.length === 0) return [];
      const tools = await toolsOf(servers.map(({ id }) => id));
      return servers.map((server) => ({ server, tools: tools.get(server.id) ?? [] }));
    },
    see: (serverId, sighting) => see(serverId, sighting, newId("ntf")),
    onChange: (callback) => notifier.listen(mcpChannel, callback),
    onCatchUp: notifier.onCatchUp,
  };
}

function openJournalPool({ url, onError }: StoreOptions): pg.Pool {
  // The planner takes `run` for a small table as long as nobody has counted it, and would read all
  // of it at every flush; the journal only ever wants rows by key.
  const settings = "-c enable_seqscan=off";
  return openPool({ url, max: 2, name: "flotilla-journal", settings, onError });
}

function signals(pool: pg.Pool, notifier: Notifier) {
  return {
    onChange: (callback: (ids: string[]) => void) =>
      notifier.listen(changeChannel, (payload) => callback(payload.split(","))),
    onDue: (callback: () => void) => notifier.listen(dueChannel, callback),
    onCancel: (callback: (runId: string) => void) => notifier.listen(cancelChannel, callback),
    /** Children have ended, or what lies below a run is to be cancelled. */
    onTree: (callback: () => void) => notifier.listen(treeChannel, callback),
    onSteer: (callback: (runId: string, wanted: "pause" | "outside") => void) =>
      notifier.listen(steerChannel, (payload) => {
        const [wanted, runId = ""] = payload.split(" ");
        callback(runId, wanted === "pause" ? "pause" : "outside");
      }),
    /** Another run has written to this one. */
    onMail: (callback: (runId: string) => void) => notifier.listen(mailChannel, callback),
    onWatch: (callback: (runId: string) => void) => notifier.listen(watchChannel, callback),
    onRuleChange: (callback: (organisation: string) => void) =>
      notifier.listen(ruleChannel, callback),
    onToolRuleChange: (callback: (organisation: string) => void) =>
      notifier.listen(toolRuleChannel, callback),
    /** Runs whose interrupts were raised, answered, withdrawn, assigned or commented on. */
    onInterruptChange: (callback: (runIds: string[]) => void) =>
      notifier.listen(interruptChannel, (payload) => callback(payload.split(","))),
    onBudgetChange: (callback: () => void) => notifier.listen(budgetChannel, callback),
    onCacheCleared: (callback: () => void) => notifier.listen(cacheChannel, callback),
    /** A bucket of provider capacity that was paused, or has other limits. */
    onCapacity: (callback: (bucket: string) => void) => notifier.listen(capacityChannel, callback),
    onCredentialChange: (callback: () => void) => notifier.listen(credentialChannel, callback),
    onSchedule: (callback: () => void) => notifier.listen(scheduleChannel, callback),
    onLogLevel: (callback: () => void) => notifier.listen(logLevelChannel, callback),
    onTrigger: (callback: () => void) => notifier.listen(triggerChannel, callback),
    onNotification: (callback: () => void) => notifier.listen(notificationChannel, callback),
    onCatchUp: notifier.onCatchUp,
    /** Asks the worker that holds the run to journal partial text for the next 30 seconds. */
    async watch(runId: string): Promise<void> {
      await pool.query("SELECT pg_notify($1, $2)", [watchChannel, runId]);
    },
  };
}
