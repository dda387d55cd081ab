import {
  FlotillaError,
  type Clock,
  type EngineStore,
  type Log,
  type TeamStore,
} from "@flotilla/core";

const firstPauseMs = 50;
const longestPauseMs = 1_000;

/** What a segment asks of the store. */
export type SegmentStore = Pick<
  EngineStore,
  "journal" | "cache" | "connections" | "fileLabels" | "plans" | "rules" | "toolRules"
> & {
  agents: EngineStore["agents"];
  teams: Omit<TeamStore, "wakeParents" | "spreadCancel">;
  providerBatches: Pick<EngineStore["providerBatches"], "queueCall" | "callOutcome">;
  runs: Pick<
    EngineStore["runs"],
    | "claim"
    | "lineage"
    | "ownerEpoch"
    | "continue"
    | "steerRequests"
    | "outsideEvents"
    | "settleOutside"
    | "dropOutside"
  >;
};

/**
 * The store as segments see it: while the database is away its calls wait, as appends do, so
 * that no outage ends a run. A FlotillaError is an answer and is thrown at once.
 *
 * Each of these calls may be repeated: after a lost connection nobody knows whether it was
 * committed, and a second claim or continuation only skips a number.
 *
 * @param closed ends the waiting: the engine is gone
 */
export function patientStore(
  store: EngineStore,
  clock: Clock,
  log: Log,
  closed: AbortSignal,
): SegmentStore {
  const { agents, connections, runs, plans, rules, toolRules, cache, fileLabels } = store;
  const { providerBatches, teams } = store;
  const patient = patience(clock, closed, log);
  return {
    journal: store.journal,
    agents: { getVersion: patient(agents.getVersion), newest: patient(agents.newest) },
    teams: {
      createChildren: patient(teams.createChildren),
      outcomes: patient(teams.outcomes),
      teammates: patient(teams.teammates),
      send: patient(teams.send),
      unread: patient(teams.unread),
      markRead: patient(teams.markRead),
      board: patient(teams.board),
      write: patient(teams.write),
    },
    connections: { of: patient(connections.of) },
    fileLabels: {
      of: patient(fileLabels.of),
      all: patient(fileLabels.all),
      keep: patient(fileLabels.keep),
    },
    rules: { of: patient(rules.of) },
    plans: { queued: patient(plans.queued), taken: patient(plans.taken) },
    toolRules: { of: patient(toolRules.of) },
    cache: {
      ...cache,
      read: patient(cache.read),
      claim: patient(cache.claim),
      keep: patient(cache.keep),
      release: patient(cache.release),
    },
    providerBatches: {
      queueCall: patient(providerBatches.queueCall),
      callOutcome: patient(providerBatches.callOutcome),
    },
    runs: {
      ...{ claim: patient(runs.claim), lineage: patient(runs.lineage) },
      ownerEpoch: patient(runs.ownerEpoch),
      continue: patient(runs.continue),
      steerRequests: patient(runs.steerRequests),
      outsideEvents: patient(runs.outsideEvents),
      settleOutside: patient(runs.settleOutside),
      dropOutside: patient(runs.dropOutside),
    },
  };
}

/** Makes calls that are repeated until the database answers. */
function patience(clock: Clock, closed: AbortSignal, log: Log) {
  return <In extends unknown[], Out>(call: (...given: In) => Promise<Out>) =>
    async (...given: In): Promise<Out> => {
      for (let failures = 0; ; failures++) {
        try {
          return await call(...given);
        } catch (error) {
          if (error instanceof FlotillaError || closed.aborted) throw error;
          if (failures === 0) log.warn({ err: error }, "a segment waits for the database");
          const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** failures);
          await clock.sleep(pauseMs, closed);
        }
      }
    };
}
