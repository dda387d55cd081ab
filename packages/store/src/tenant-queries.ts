import type { NewRun } from "@flotilla/core";
import type pg from "pg";
import { bindAll } from "./bind-all.ts";
import { coalesce } from "./coalesce.ts";
import { openDatabase, type Database } from "./database.ts";
import { interruptQueries } from "./interrupt-queries.ts";
import { listActivity } from "./queries/activity.ts";
import * as rules from "./queries/access-rule.ts";
import * as agents from "./queries/agent.ts";
import * as keys from "./queries/api-key.ts";
import { addRows } from "./queries/add-rows.ts";
import { describeArtifact, dropArtifacts, listArtifacts } from "./queries/artifact.ts";
import { readBoard, readBoardKey } from "./queries/blackboard.ts";
import { listRows } from "./queries/batch-rows.ts";
import * as batches from "./queries/batch.ts";
import * as budgets from "./queries/budget.ts";
import { cacheFigures, clearCache } from "./queries/cache.ts";
import { continueThread, type ThreadContinuation } from "./queries/continue-thread.ts";
import { readCosts } from "./queries/costs.ts";
import { readFleetPulse } from "./queries/fleet-pulse.ts";
import * as letters from "./queries/dead-letter.ts";
import * as settleLetters from "./queries/settle-letters.ts";
import { usageReport } from "./queries/usage-report.ts";
import { editPlan, queuedEdits } from "./queries/edit-plan.ts";
import * as errors from "./queries/error-group.ts";
import { createRuns } from "./queries/create-runs.ts";
import { claimKey, keepAnswer, keptAnswer, releaseKey } from "./queries/idempotency-key.ts";
import { createForkBatch } from "./queries/fork-batch.ts";
import { forkPairs } from "./queries/fork-pairs.ts";
import { forkRun } from "./queries/fork-runs.ts";
import { forkSources } from "./queries/fork-sources.ts";
import { listThreadMessages } from "./queries/list-thread-messages.ts";
import * as connections from "./queries/connection.ts";
import * as credentials from "./queries/credential.ts";
import * as invitations from "./queries/invitation.ts";
import * as sessions from "./queries/mcp-session.ts";
import * as members from "./queries/member.ts";
import { readNews, seeNews } from "./queries/news.ts";
import { listDeliveries, queueNotifications, retryDelivery } from "./queries/notification.ts";
import * as channels from "./queries/notification-channel.ts";
import * as mcpServers from "./queries/mcp-server.ts";
import * as mcpTools from "./queries/mcp-tool.ts";
import * as organisations from "./queries/organisation.ts";
import { giveFeedback, listFeedback } from "./queries/feedback.ts";
import { addMessage } from "./queries/outside-event.ts";
import * as pauseRuns from "./queries/pause-run.ts";
import { analyseBatch } from "./queries/batch-analysis.ts";
import { listRuns, runHorizon } from "./queries/list-runs.ts";
import * as runs from "./queries/read-runs.ts";
import { lineageAgents } from "./queries/lineage.ts";
import { adoptRun, runPlace } from "./queries/run-place.ts";
import { readTree } from "./queries/run-tree.ts";
import { spreadCancel } from "./queries/spread-cancel.ts";
import * as starts from "./queries/schedule-start.ts";
import * as schedules from "./queries/schedule.ts";
import { startPlanned } from "./queries/start-planned.ts";
import * as steerBatch from "./queries/steer-batch.ts";
import * as steerRun from "./queries/steer-run.ts";
import * as threads from "./queries/thread.ts";
import { listToolHealth } from "./queries/tool-health.ts";
import { readAgentUsage } from "./queries/agent-usage.ts";
import { readToolRuleHits } from "./queries/tool-rule-hit.ts";
import { readToolUsage } from "./queries/tool-usage.ts";
import * as triggers from "./queries/trigger.ts";
import { listStarts } from "./queries/trigger-start.ts";
import type { Scope } from "./scope.ts";

const spreadRounds = 10;

export type TenantQueries = ReturnType<typeof tenantQueries>;

/**
 * What is an organisation's: a function per state transition and query, grouped by noun. On a scoped
 * pool they see and change what is in its scope; on the platform's own, everything.
 *
 * @param scope where names are looked up, and where what is made belongs unless it says otherwise
 */
export function tenantQueries(pool: pg.Pool, scope: Scope) {
  const db = openDatabase(pool);
  return {
    agents: agentQueries(db, scope),
    runs: runQueries(pool, db, scope),
    plans: bindAll(pool, { edit: editPlan, queued: queuedEdits }),
    batches: batchQueries(db, scope),
    threads: threadQueries(pool, db, scope),
    ...bindAll(db, { startPlanned }),
    schedules: scheduleQueries(db, scope),
    organisations: bindAll(db, {
      get: organisations.getOrganisation,
      rename: organisations.renameOrganisation,
    }),
    members: memberQueries(db, scope.organisation),
    rules: ruleQueries(db, scope.organisation),
    artifacts: bindAll(db, { get: describeArtifact, list: listArtifacts }),
    budgets: bindAll(pool, {
      set: budgets.setBudget,
      get: budgets.getBudget,
      list: budgets.listBudgets,
      remove: budgets.removeBudget,
    }),
    fleet: bindAll(pool, { pulse: readFleetPulse }),
    news: bindAll(pool, { read: readNews, see: seeNews }),
    cache: bindAll(db, { figures: cacheFigures, clear: clearCache }),
    costs: bindAll(pool, { read: readCosts, usage: usageReport }),
    requests: bindAll(pool, {
      claim: claimKey,
      answered: keepAnswer,
      kept: keptAnswer,
      release: releaseKey,
    }),
    mcp: sessionQueries(pool, scope),
    deadLetters: letterQueries(pool),
    teams: bindAll(db, { tree: readTree, board: readBoard, boardKey: readBoardKey }),
    tools: toolQueries(db),
    mcpServers: mcpQueries(pool, scope),
    ...interruptQueries(pool, scope.organisation),
    activity: bindAll(db, { list: listActivity }),
    errors: bindAll(db, {
      list: errors.listErrorGroups,
      get: errors.getErrorGroup,
      resolve: errors.resolveErrorGroup,
    }),
    triggers: triggerQueries(pool, scope),
    feedback: bindAll(db, { give: giveFeedback, list: listFeedback }),
    notifications: notificationQueries(pool, db, scope),
    ...secretQueries(pool, scope),
  };
}

/** What became of calls of tools, and what rules decided about them. */
function toolQueries(db: Database) {
  const ruleHits = readToolRuleHits;
  return bindAll(db, { health: listToolHealth, usage: readToolUsage, ruleHits });
}

function triggerQueries(pool: pg.Pool, scope: Scope) {
  return bindAll(
    scope,
    bindAll(pool, {
      set: triggers.setTrigger,
      list: triggers.listTriggers,
      get: triggers.getTrigger,
      remove: triggers.removeTrigger,
      starts: listStarts,
    }),
  );
}

function sessionQueries(pool: pg.Pool, scope: Scope) {
  return {
    ...bindAll(pool, {
      use: sessions.useSession,
      setLevel: sessions.setSessionLevel,
      subscribe: sessions.subscribeSession,
      unsubscribe: sessions.unsubscribeSession,
      end: sessions.endSession,
    }),
    open: sessions.openSession.bind(null, pool, scope),
  };
}

function mcpQueries(pool: pg.Pool, scope: Scope) {
  return {
    ...bindAll(
      scope,
      bindAll(pool, {
        list: mcpServers.listMcpServers,
        get: mcpServers.getMcpServer,
        set: mcpServers.setMcpServer,
        approve: mcpServers.approveMcpServer,
        enable: mcpServers.enableMcpServer,
        remove: mcpServers.removeMcpServer,
      }),
    ),
    ...bindAll(pool, {
      tools: mcpTools.listMcpTools,
      approveTools: mcpTools.approveMcpTools,
      withdrawTools: mcpTools.withdrawMcpTools,
    }),
  };
}

function letterQueries(pool: pg.Pool) {
  return bindAll(pool, {
    list: letters.listLetters,
    groups: letters.listLetterGroups,
    agents: letters.letterAgents,
    get: letters.getLetter,
    row: letters.getBadRow,
    count: letters.countLetters,
    replay: settleLetters.replayLetters,
    discard: settleLetters.discardLetters,
    discardRows: settleLetters.discardRows,
    correctRow: settleLetters.correctRow,
    now: settleLetters.databaseTime,
  });
}

function runQueries(pool: pg.Pool, db: Database, scope: Scope) {
  return {
    ...bindAll(db, {
      get: runs.getRun,
      list: listRuns,
      horizon: runHorizon,
      count: runs.countRuns,
      retry: steerRun.retryRun,
      fork: forkRun,
      pause: pauseRuns.pauseRun,
      resume: pauseRuns.resumeRun,
      act: pauseRuns.actInPause,
      say: addMessage,
    }),
    cancel: (runId: string, by: string, reason?: string) =>
      cancelTree(pool, db, { runId, by, reason }),
    place: (runId: string) => runPlace(pool, runId),
    lineageAgents: (runId: string) => lineageAgents(pool, runId),
    create: coalesce(async (created: NewRun[]) => {
      await createRuns(
        pool,
        created.map((run) => ({ ...scope, ...run })),
      );
      return created.map(() => undefined);
    }, 1_000) as (run: NewRun) => Promise<void>,
  };
}

async function cancelTree(
  pool: pg.Pool,
  db: Database,
  { runId, by, reason }: { runId: string; by: string; reason: string | undefined },
): Promise<void> {
  await steerRun.cancelRun(db, runId, by, reason);
  // Workers do the rest, should rows be held at this moment.
  for (let round = 0; round < spreadRounds && (await spreadCancel(pool)); round++);
}

function batchQueries(db: Database, scope: Scope) {
  return {
    ...bindAll(db, {
      get: batches.getBatch,
      list: batches.listBatches,
      change: batches.changeBatch,
      addRows,
      start: steerBatch.startBatch,
      pause: steerBatch.pauseBatch,
      resume: steerBatch.resumeBatch,
      cancel: steerBatch.cancelBatch,
      reopen: steerBatch.reopenBatch,
      rows: listRows,
      analysis: analyseBatch,
    }),
    ...bindAll(scope, bindAll(db, { create: batches.createBatch })),
    ...bindAll(db, { createForks: createForkBatch, forkSources, forkPairs }),
  };
}

/** What gets somebody or something in: shown once, or never, and kept as a hash or sealed. */
function secretQueries(pool: pg.Pool, scope: Scope) {
  return {
    keys: bindAll(
      scope,
      bindAll(pool, {
        create: keys.createKey,
        list: keys.listKeys,
        get: keys.getKey,
        rotate: keys.rotateKey,
        revoke: keys.revokeKey,
      }),
    ),
    invitations: bindAll(
      scope,
      bindAll(pool, {
        create: invitations.createInvitation,
        list: invitations.listInvitations,
        revoke: invitations.revokeInvitation,
      }),
    ),
    connections: bindAll(
      scope,
      bindAll(pool, {
        set: connections.setConnection,
        list: connections.listConnections,
        find: connections.findConnection,
        remove: connections.removeConnection,
        noteTest: connections.noteConnectionTest,
      }),
    ),
    credentials: bindAll(
      scope,
      bindAll(pool, {
        list: credentials.listCredentials,
        find: credentials.findCredential,
        put: credentials.putCredential,
        describe: credentials.describeCredential,
        remove: credentials.removeCredential,
        noteTest: credentials.noteCredentialTest,
        uses: credentials.listCredentialUses,
      }),
    ),
  };
}

function scheduleQueries(db: Database, scope: Scope) {
  return bindAll(
    scope,
    bindAll(db, {
      apply: schedules.applySchedule,
      get: schedules.getSchedule,
      find: schedules.findSchedule,
      list: schedules.listSchedules,
      pause: schedules.pauseSchedule,
      resume: schedules.resumeSchedule,
      remove: schedules.removeSchedule,
      trigger: starts.triggerSchedule,
      backfill: starts.backfillSchedule,
      starts: starts.listStarts,
      start: starts.getStart,
    }),
  );
}

function threadQueries(pool: pg.Pool, db: Database, scope: Scope) {
  return {
    ...bindAll(scope, bindAll(db, { create: threads.createThread })),
    ...bindAll(db, {
      list: threads.listThreads,
      get: threads.getThread,
      agents: threads.threadAgents,
      change: threads.changeThread,
      delete: threads.deleteThread,
      detach: dropArtifacts,
    }),
    ...bindAll(pool, {
      messages: listThreadMessages,
      adopt: adoptRun,
    }),
    continue: (next: ThreadContinuation) =>
      continueThread(pool, { ...next, run: { ...scope, ...next.run } }),
  };
}

function agentQueries(db: Database, scope: Scope) {
  return {
    ...bindAll(
      scope,
      bindAll(db, {
        apply: agents.applyAgent,
        get: agents.getAgent,
        list: agents.listAgents,
        versions: agents.listAgentVersions,
        archive: agents.archiveAgent,
      }),
    ),
    ...bindAll(db, { usage: readAgentUsage }),
  };
}

function notificationQueries(pool: pg.Pool, db: Database, scope: Scope) {
  return {
    ...bindAll(
      scope,
      bindAll(pool, {
        setChannel: channels.setChannel,
        channels: channels.listChannels,
        channel: channels.getChannel,
        removeChannel: channels.removeChannel,
      }),
    ),
    ...bindAll(scope, bindAll(db, { deliveries: listDeliveries, retry: retryDelivery })),
    ...bindAll(db, { queue: queueNotifications }),
  };
}

function memberQueries(db: Database, organisation: string) {
  return bindAll(
    organisation,
    bindAll(db, {
      list: members.listMembers,
      get: members.getMember,
      changeRole: members.changeRole,
      remove: members.removeMember,
    }),
  );
}

function ruleQueries(db: Database, organisation: string) {
  return bindAll(
    organisation,
    bindAll(db, {
      list: rules.listRules,
      get: rules.getRule,
      set: rules.setRule,
      remove: rules.removeRule,
    }),
  );
}
