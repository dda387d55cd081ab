import type { AnswerKey, AnswerStore, Claim, ClaimedRun } from "@flotilla/core";
import type pg from "pg";
import { bindAll } from "./bind-all.ts";
import { coalesce } from "./coalesce.ts";
import { openDatabase, type Database } from "./database.ts";
import { dueInterruptQueries } from "./interrupt-queries.ts";
import { launchAlone } from "./launch-alone.ts";
import { listRules } from "./queries/access-rule.ts";
import { getAgent, getAgentVersion } from "./queries/agent.ts";
import * as messages from "./queries/agent-message.ts";
import * as cells from "./queries/batch-cells.ts";
import { batchFigures, type BatchFigures } from "./queries/batch-figures.ts";
import { readBoard, writeBoard } from "./queries/blackboard.ts";
import { budgetScopes } from "./queries/budget.ts";
import * as cache from "./queries/cache.ts";
import { hearCapacity, leaseCapacity, leaveCapacity } from "./queries/capacity.ts";
import { usableMcpServers } from "./queries/mcp-server.ts";
import * as attempts from "./queries/mcp-sign-in-attempt.ts";
import * as signIns from "./queries/mcp-sign-in.ts";
import { seeMcpServer, toolsOfMcpServers } from "./queries/mcp-tool.ts";
import { batchCertificate, keepCertificate } from "./queries/certificate.ts";
import { childOutcomes } from "./queries/child-outcomes.ts";
import { allFileLabels, fileLabels, keepFileLabels } from "./queries/file-label.ts";
import {
  cleanToolTerms,
  keepToolAnswer,
  leaveToolPlace,
  readToolAnswer,
  takeToolPlace,
  takeToolTurn,
} from "./queries/tool-terms.ts";
import { noteToolRuleHits } from "./queries/tool-rule-hit.ts";
import { noteToolUsage } from "./queries/tool-usage.ts";
import { claimRuns, ownerEpoch } from "./queries/claim-runs.ts";
import { createChildren } from "./queries/create-runs.ts";
import { databaseInfo } from "./queries/database.ts";
import { editsTaken, queuedEdits } from "./queries/edit-plan.ts";
import { leaseBudgets, returnBudgets } from "./queries/lease-budgets.ts";
import { readLineage } from "./queries/lineage.ts";
import { listCapacity } from "./queries/list-capacity.ts";
import { listConnections } from "./queries/connection.ts";
import * as deliver from "./queries/deliver-notifications.ts";
import { spreadNotifications } from "./queries/notification.ts";
import * as organisations from "./queries/organisation.ts";
import { namedMembers } from "./queries/person.ts";
import * as providerBatches from "./queries/provider-batch.ts";
import * as providerCalls from "./queries/provider-call.ts";
import * as sealed from "./queries/sealed-credential.ts";
import * as queue from "./queries/queue-runs.ts";
import { runningBatches, tickBatch } from "./queries/release-rows.ts";
import { releaseHeld } from "./queries/release-held.ts";
import { deleteOldKeys } from "./queries/idempotency-key.ts";
import { deleteIdleSessions } from "./queries/mcp-session.ts";
import { deleteOldRuns } from "./queries/retention.ts";
import { rollUpCharges } from "./queries/roll-up-charges.ts";
import {
  dropOutside,
  outsideEvents,
  settleAllOutside,
  settleOutside,
} from "./queries/outside-event.ts";
import { changedTreeRuns } from "./queries/run-tree.ts";
import { spreadCancel } from "./queries/spread-cancel.ts";
import { steerRequests } from "./queries/steer-run.ts";
import * as waits from "./queries/schedule-waits.ts";
import { turnSchedule } from "./queries/turn-schedule.ts";
import { listTargets, noteTargets } from "./queries/target-health.ts";
import { noteToolHealth, recentToolHealth } from "./queries/tool-health.ts";
import { wakeBudgetRuns } from "./queries/wake-budget-runs.ts";
import { wakeParents } from "./queries/wake-parents.ts";
import { findTrigger } from "./queries/trigger.ts";
import * as occasions from "./queries/trigger-start.ts";
import * as workers from "./queries/worker.ts";
import { recordQueries } from "./record-queries.ts";

/** What the platform itself does, over all organisations: workers, feeds, roll-ups, clean-up. */
export function systemQueries(pool: pg.Pool) {
  const db = openDatabase(pool);
  return {
    databaseInfo: () => databaseInfo(db),
    requests: bindAll(pool, { deleteOld: deleteOldKeys }),
    mcp: bindAll(pool, { deleteIdle: deleteIdleSessions }),
    agents: bindAll(db, { getVersion: getAgentVersion, newest: getAgent }),
    runs: runQueries(pool, db),
    teams: teamQueries(pool, db),
    ...recordQueries(pool),
    batches: batchQueries(db),
    organisations: bindAll(db, {
      create: organisations.createOrganisation,
      list: organisations.listOrganisations,
      ofUser: organisations.organisationsOf,
    }),
    people: bindAll(pool, { named: namedMembers }),
    plans: bindAll(pool, { queued: queuedEdits, taken: editsTaken }),
    rules: bindAll(db, { of: listRules }),
    ...dueInterruptQueries(pool),
    cache: answerQueries(pool, db),
    budgets: bindAll(pool, {
      scopes: budgetScopes,
      lease: leaseBudgets,
      giveBack: returnBudgets,
      wake: wakeBudgetRuns,
    }),
    costs: bindAll(pool, { rollUp: rollUpCharges }),
    connections: bindAll(pool, { of: listConnections }),
    credentials: bindAll(pool, {
      stored: sealed.storedCredentials,
      outdatedKeys: sealed.outdatedKeys,
      keepRewrapped: sealed.keepRewrapped,
      countKeys: sealed.countWrappedKeys,
      noteUses: sealed.noteCredentialUses,
      forgetOldUses: sealed.forgetOldUses,
    }),
    providerBatches: providerBatchQueries(pool),
    schedules: scheduleQueries(db),
    capacity: bindAll(pool, {
      lease: leaseCapacity,
      hear: hearCapacity,
      leave: leaveCapacity,
      list: listCapacity,
    }),
    ...toolQueries(pool, db),
    targets: bindAll(db, { list: listTargets, note: noteTargets }),
    ...reactionQueries(pool, db),
    workers: workerQueries(pool, db),
  };
}

function workerQueries(pool: pg.Pool, db: Database) {
  return {
    ...bindAll(db, {
      register: workers.registerWorker,
      heartbeat: workers.heartbeat,
      takeOver: workers.takeOverWorker,
      leave: workers.leaveWorker,
      list: workers.listWorkers,
    }),
    launchAlone: launchAlone.bind(null, pool),
  };
}

function scheduleQueries(db: Database) {
  return bindAll(db, {
    turn: turnSchedule,
    rest: waits.restOfSchedules,
    unblock: waits.unblockSchedules,
    deleteOldStarts: waits.deleteOldStarts,
    figures: waits.scheduleFigures,
  });
}

/** What follows from what happens: who is told, and what starts. */
function reactionQueries(pool: pg.Pool, db: Database) {
  return {
    triggers: {
      ...bindAll(pool, {
        find: findTrigger,
        receive: occasions.receiveOccasion,
        pending: occasions.pendingStarts,
        pendingOne: occasions.pendingStart,
        startOf: occasions.getStart,
        fail: occasions.failOccasion,
        deleteOld: occasions.deleteOldOccasions,
      }),
      ...bindAll(db, { start: occasions.startOccasion }),
    },
    notifications: bindAll(pool, {
      spread: spreadNotifications,
      take: deliver.takeDeliveries,
      settle: deliver.settleDelivery,
      deleteOld: deliver.deleteOldNotifications,
    }),
  };
}

function runQueries(pool: pg.Pool, db: Database) {
  return {
    ...bindAll(db, {
      ...{ steerRequests, outsideEvents, dropOutside, settleOutside, settleAllOutside },
      deleteOld: deleteOldRuns,
    }),
    ...bindAll(pool, {
      ownerEpoch,
      lineage: readLineage,
      releaseHeld,
      continue: queue.continueRun,
      queueSingles: queue.queueSingles,
      queueBatchRuns: queue.queueBatchRuns,
      requeueStranded: queue.requeueStranded,
    }),
    claim: coalesce(
      (claims: Claim[]): Promise<(ClaimedRun | null)[]> => claimRuns(pool, claims),
      500,
    ),
  };
}

function teamQueries(pool: pg.Pool, db: Database) {
  return {
    ...bindAll(pool, {
      createChildren,
      outcomes: childOutcomes,
      wakeParents,
      spreadCancel,
      teammates: messages.listTeammates,
      send: messages.sendMessage,
      unread: messages.unreadMessages,
      markRead: messages.messagesRead,
    }),
    ...bindAll(db, { board: readBoard, write: writeBoard, changedRuns: changedTreeRuns }),
  };
}

function providerBatchQueries(pool: pg.Pool) {
  return bindAll(pool, {
    queueCall: providerCalls.queueCall,
    callOutcome: providerCalls.callOutcome,
    openCalls: providerCalls.openCalls,
    endCalls: providerCalls.endCalls,
    form: providerBatches.formBatches,
    take: providerBatches.takeBatch,
    knownIds: providerBatches.knownBatchIds,
    submitted: providerBatches.batchSubmitted,
    lookAgain: providerBatches.lookAgain,
    ended: providerBatches.batchEnded,
  });
}

function batchQueries(db: Database) {
  /** Figures of many batches that are asked for at once share their statements. */
  const figures = coalesce(
    (batchIds: string[]): Promise<BatchFigures[]> => batchFigures(db, batchIds),
    200,
  );
  return {
    ...bindAll(db, {
      running: runningBatches,
      tick: tickBatch,
      certificate: batchCertificate,
      certify: keepCertificate,
      allCells: cells.allCells,
      changeCursor: cells.changeCursor,
      changedCells: cells.changedCells,
    }),
    figures,
  };
}

/** Answers of model calls; what many runs ask for at once shares statements. */
function answerQueries(pool: pg.Pool, db: Database): AnswerStore {
  const read = coalesce((readings: cache.Reading[]) => cache.readAnswers(pool, readings), 500);
  const claim = coalesce((claims: cache.AnswerClaim[]) => cache.claimAnswers(pool, claims), 500);
  const keep = coalesce(async (keepings: cache.Keeping[]) => {
    await cache.keepAnswers(pool, keepings);
    return keepings.map(() => undefined);
  }, 100);
  const release = coalesce(async (claims: (AnswerKey & { worker: string })[]) => {
    await cache.releaseAnswers(pool, claims);
    return claims.map(() => undefined);
  }, 500);
  return {
    read: (key, ttlSeconds) => read({ ...key, ttlSeconds }),
    claim: (key, worker, ttlSeconds) => claim({ ...key, worker, ttlSeconds }),
    keep: (key, answer, ttlSeconds) => keep({ ...key, answer, ttlSeconds }),
    release: (key, worker) => release({ ...key, worker }),
    count: (counts, hits) => cache.countCacheUse(pool, counts, hits),
    clean: (maxBytes) => cache.cleanAnswers(db, maxBytes),
  };
}

/** For the calls of tools, and for those of MCP servers. */
function toolQueries(pool: pg.Pool, db: Database) {
  return {
    fileLabels: bindAll(db, { of: fileLabels, all: allFileLabels, keep: keepFileLabels }),
    toolTerms: bindAll(db, {
      takeTurn: takeToolTurn,
      takePlace: takeToolPlace,
      leavePlace: leaveToolPlace,
      answer: readToolAnswer,
      keepAnswer: keepToolAnswer,
      cleanUp: cleanToolTerms,
      note: noteToolUsage,
      noteHits: noteToolRuleHits,
    }),
    toolHealth: bindAll(db, { list: recentToolHealth, note: noteToolHealth }),
    mcpTools: bindAll(pool, {
      usable: usableMcpServers,
      toolsOf: toolsOfMcpServers,
      see: seeMcpServer,
    }),
    mcpSignIns: bindAll(pool, {
      read: signIns.readMcpSignIn,
      claim: signIns.claimMcpSignIn,
      release: signIns.releaseMcpSignIn,
      keep: signIns.keepMcpSignIn,
      need: signIns.needMcpSignIn,
      end: signIns.endMcpSignIn,
      begin: attempts.addMcpSignInAttempt,
      take: attempts.takeMcpSignInAttempt,
    }),
  };
}
