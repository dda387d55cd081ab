import type {
  Activity,
  ApiKey,
  BatchAnalysis,
  BatchProgress,
  Certificate,
  Budget,
  CacheFigures,
  Credential,
  CredentialUse,
  ErrorGroup,
  Event,
  Invitation,
  News,
  Preferences,
  PreferencesChange,
  Run,
  RunComparison,
  RunSummary,
  Thread,
} from "@flotilla/core";
import type { ActivityExportQuery, ActivityQuery } from "./activity.ts";
import { agentClient } from "./agent.ts";
import type { KeyCreate, KeyListQuery, KeyMade, KeyRotate } from "./api-key.ts";
import { artifactClient } from "./artifact.ts";
import type {
  BatchChange,
  BatchCreate,
  BatchExportQuery,
  BatchRow,
  BatchRowsQuery,
  RowsLoaded,
} from "./batch.ts";
import type { CacheCleared, CacheQuery } from "./cache.ts";
import type { BudgetSet } from "./budget.ts";
import { connectionClient } from "./connection.ts";
import type { CredentialSet, VaultRewrap, VaultRewrapped, VaultState } from "./credential.ts";
import type { CostsAnswer, CostsQuery } from "./cost.ts";
import { deadLetterClient } from "./dead-letter.ts";
import { memberClient } from "./member.ts";
import { feedbackClient } from "./feedback.ts";
import type { NewsSeen } from "./news.ts";
import { notificationClient } from "./notification.ts";
import { planClient } from "./plan.ts";
import { providerClient } from "./provider.ts";
import { organisationClient } from "./organisation.ts";
import { steeringClient } from "./steering-client.ts";
import { ruleClient } from "./access-rule.ts";
import { scheduleClient } from "./schedule.ts";
import { inboxClient, interruptClient } from "./inbox-client.ts";
import { triggerClient } from "./trigger.ts";
import { toolPolicyClient } from "./tool-policy.ts";
import { mcpServerClient } from "./mcp-server.ts";
import { toolRuleClient } from "./tool-rule.ts";
import type { ModelItem, ModelList } from "./model.ts";
import type {
  AdminLinkAccept,
  InvitationAccept,
  InvitationCreate,
  InvitationMade,
  InvitationOpened,
  Joined,
} from "./invitation.ts";
import type { ErrorGroupQuery } from "./error-group.ts";
import type { HealthComponents, HealthHistory, HealthHistoryQuery } from "./health.ts";
import { forkBatchClient, forkClient } from "./fork.ts";
import { batchMessages, followEvents, runEvents } from "./follow-live.ts";
import type { LogLevels, LogLevelSet } from "./log-level.ts";
import type { LimitList } from "./limit.ts";
import { openLive, type Live, type LiveOptions } from "./live.ts";
import type { Me, SignInOptions } from "./me.ts";
import type { Page, PageQuery } from "./page.ts";
import type { RouteItem, RouteTest, RouteTested } from "./route.ts";
import { treeClient } from "./run-tree.ts";
import type { RunListQuery, RunStart } from "./run.ts";
import type { Status } from "./status.ts";
import type { UsagePage, UsageQuery } from "./usage-report.ts";
import type {
  ThreadChange,
  ThreadCreate,
  ThreadListQuery,
  ThreadQuery,
  ThreadSend,
  ThreadWithMessages,
} from "./thread.ts";
import { toolClient } from "./tool.ts";
import {
  createTransport,
  type StreamOptions,
  type Transport,
  type TransportOptions,
} from "./transport.ts";

/** The typed client of the HTTP API: one group per noun. Errors are FlotillaErrors. */
export type Client = ReturnType<typeof createClient>;

const at = encodeURIComponent;

export function createClient(options: TransportOptions) {
  const http = createTransport(options);
  const ofRuns = runs(http);
  const ofThreads = threads(http);
  return {
    /** One WebSocket for what is followed live and for commands; see Live. Close it in the end. */
    connect: (live: LiveOptions = {}): Live =>
      openLive(http, { ...ofRuns, message: ofThreads.send }, live),
    status: () => http.json<Status>("GET", "/status"),
    agents: agentClient(http),
    tools: toolClient(http),
    cache: {
      get: (query: CacheQuery = {}) => http.json<CacheFigures>("GET", "/cache", { query }),
      clear: (query: CacheQuery = {}) => http.json<CacheCleared>("DELETE", "/cache", { query }),
    },
    models: models(http),
    providers: providerClient(http),
    routes: routes(http),
    runs: ofRuns,
    artifacts: artifactClient(http),
    me: () => http.json<Me>("GET", "/me"),
    signInOptions: () => http.json<SignInOptions>("GET", "/sign-in"),
    keys: keys(http),
    invitations: invitations(http),
    budgets: budgets(http),
    schedules: scheduleClient(http),
    connections: connectionClient(http),
    credentials: credentials(http),
    vault: {
      get: () => http.json<VaultState>("GET", "/vault"),
      /** The next chunk; call again with `next` until it is null. */
      rewrap: (chunk: VaultRewrap = {}) =>
        http.json<VaultRewrapped>("POST", "/vault/rewrap", { json: chunk }),
    },
    organisations: organisationClient(http),
    members: memberClient(http),
    rules: ruleClient(http),
    toolPolicy: toolPolicyClient(http),
    toolRules: toolRuleClient(http),
    mcpServers: mcpServerClient(http),
    plans: planClient(http),
    notifications: notificationClient(http),
    inbox: inboxClient(http),
    interrupts: interruptClient(http),
    feedback: feedbackClient(http),
    triggers: triggerClient(http),
    limits: () => http.json<LimitList>("GET", "/limits"),
    batches: batches(http),
    forks: forkBatchClient(http),
    threads: ofThreads,
    deadLetters: deadLetterClient(http),
    ...records(http),
    ...figures(http),
  };
}

/** What was used and what it cost. */
function figures(http: Transport) {
  return {
    costs: (query: CostsQuery = {}) =>
      http.json<CostsAnswer>("GET", "/costs", { query: query as never }),
    usage: (query: UsageQuery = {}) =>
      http.json<UsagePage>("GET", "/usage", { query: query as never }),
  };
}

/** What the platform takes down about itself and its users. */
function records(http: Transport) {
  return {
    errors: {
      list: (query: ErrorGroupQuery = {}) =>
        http.json<Page<ErrorGroup>>("GET", "/errors", { query: query as never }),
      get: (errorId: string) => http.json<ErrorGroup>("GET", `/errors/${at(errorId)}`),
      /** It opens again when it is seen again. */
      resolve: (errorId: string) => http.json<ErrorGroup>("POST", `/errors/${at(errorId)}/resolve`),
    },
    health: {
      components: () => http.json<HealthComponents>("GET", "/health/components"),
      history: (query: HealthHistoryQuery = {}) =>
        http.json<HealthHistory>("GET", "/health/history", { query: query as never }),
    },
    logLevels: {
      get: () => http.json<LogLevels>("GET", "/log-level"),
      set: (level: LogLevelSet) => http.json<LogLevels>("PUT", "/log-level", { json: level }),
    },
    activity: {
      list: (query: ActivityQuery = {}) =>
        http.json<Page<Activity>>("GET", "/activity", { query: query as never }),
      /** All of it as a streamed file. */
      export: (query: ActivityExportQuery = {}) => http.raw("GET", "/activity/export", { query }),
    },
    preferences: {
      get: () => http.json<Preferences>("GET", "/me/preferences"),
      change: (change: PreferencesChange) =>
        http.json<Preferences>("PATCH", "/me/preferences", { json: change }),
    },
    /** What is new for the caller. */
    news: {
      get: () => http.json<News>("GET", "/me/news"),
      /** He has seen what is not newer. */
      see: (seen: NewsSeen) => http.json<News>("POST", "/me/news/seen", { json: seen }),
    },
  };
}

function models(http: Transport) {
  return {
    list: () => http.json<ModelList>("GET", "/models"),
    /** Closes its breaker and forgets its pause. */
    reset: (model: string) => http.json<ModelItem>("POST", "/models/reset", { json: { model } }),
  };
}

function routes(http: Transport) {
  return {
    list: () => http.json<{ items: RouteItem[] }>("GET", "/routes"),
    /** Which target a call would be answered by; nobody is asked. */
    test: (name: string, call: RouteTest = {}) =>
      http.json<RouteTested>("POST", `/routes/${at(name)}/test`, { json: call }),
  };
}

function runs(http: Transport) {
  return {
    ...forkClient(http),
    start: (run: RunStart) => http.json<RunSummary>("POST", "/runs", { json: run }),
    list: (query: RunListQuery = {}) =>
      http.json<Page<RunSummary>>("GET", "/runs", { query: query as never }),
    /** As it is now, or as it was at an event of its journal. */
    get: (runId: string, query: { at?: number } = {}) =>
      http.json<Run>("GET", `/runs/${at(runId)}`, { query }),
    compare: (runId: string, otherId: string) =>
      http.json<RunComparison>("GET", `/runs/${at(runId)}/compare/${at(otherId)}`),
    events: (runId: string, query: { after?: number; limit?: number } = {}) =>
      http.json<{ items: Event[]; nextAfter: number | null }>("GET", `/runs/${at(runId)}/events`, {
        query,
      }),
    stream: (runId: string, stream?: StreamOptions) =>
      runEvents(followEvents(http, { topic: "run", id: runId }, stream)),
    ...treeClient(http),
    cancel: (runId: string, reason?: string) =>
      http.json<RunSummary>("POST", `/runs/${at(runId)}/cancel`, { json: { reason } }),
    retry: (runId: string) => http.json<RunSummary>("POST", `/runs/${at(runId)}/retry`),
    answer: interruptClient(http).answer,
    ...steeringClient(http),
  };
}

function keys(http: Transport) {
  return {
    list: (query: KeyListQuery = {}) => http.json<{ items: ApiKey[] }>("GET", "/keys", { query }),
    get: (keyId: string) => http.json<ApiKey>("GET", `/keys/${at(keyId)}`),
    /** Its secret is in the answer, and shown nowhere else. */
    create: (key: KeyCreate) => http.json<KeyMade>("POST", "/keys", { json: key }),
    rotate: (keyId: string, rotation: KeyRotate = {}) =>
      http.json<KeyMade>("POST", `/keys/${at(keyId)}/rotate`, { json: rotation }),
    revoke: (keyId: string) => http.json<ApiKey>("DELETE", `/keys/${at(keyId)}`),
  };
}

function invitations(http: Transport) {
  return {
    list: (query: { closed?: boolean } = {}) =>
      http.json<{ items: Invitation[] }>("GET", "/invitations", { query }),
    /** Its link is in the answer, and shown nowhere else. */
    create: (invitation: InvitationCreate) =>
      http.json<InvitationMade>("POST", "/invitations", { json: invitation }),
    revoke: (invitationId: string) =>
      http.json<Invitation>("DELETE", `/invitations/${at(invitationId)}`),
    /** What the link offers. */
    open: (token: string) =>
      http.json<InvitationOpened>("POST", "/invitations/open", { json: { token } }),
    accept: (acceptance: InvitationAccept) =>
      http.json<Joined>("POST", "/invitations/accept", { json: acceptance }),
    /** The first owner comes in, or an owner comes back in. */
    acceptAdminLink: (acceptance: AdminLinkAccept) =>
      http.json<Joined>("POST", "/admin-link/accept", { json: acceptance }),
  };
}

function budgets(http: Transport) {
  return {
    list: () => http.json<{ items: Budget[] }>("GET", "/budgets"),
    get: (budgetId: string) => http.json<Budget>("GET", `/budgets/${at(budgetId)}`),
    /** In place of the budget of the same level, name, organisation and period. */
    set: (budget: BudgetSet) => http.json<Budget>("PUT", "/budgets", { json: budget }),
    remove: (budgetId: string) => http.json<void>("DELETE", `/budgets/${at(budgetId)}`),
  };
}

function credentials(http: Transport) {
  const path = (name: string) => `/credentials/${at(name)}`;
  return {
    list: () => http.json<{ items: Credential[] }>("GET", "/credentials"),
    get: (name: string) => http.json<Credential>("GET", path(name)),
    /** Creates it, or sets a new version of it. */
    set: (name: string, credential: CredentialSet) =>
      http.json<Credential>("PUT", path(name), { json: credential }),
    test: (name: string) => http.json<Credential>("POST", `${path(name)}/test`),
    uses: (name: string, query: { limit?: number } = {}) =>
      http.json<{ items: CredentialUse[] }>("GET", `${path(name)}/uses`, { query }),
    remove: (name: string) => http.json<void>("DELETE", path(name)),
  };
}

function batches(http: Transport) {
  return {
    create: (batch: BatchCreate) => http.json<BatchProgress>("POST", "/batches", { json: batch }),
    /** Streams rows in; may be called again to add more while the batch is a draft. */
    load: (batchId: string, format: "csv" | "jsonl", body: BodyInit, signal?: AbortSignal) =>
      http.json<RowsLoaded>("POST", `/batches/${at(batchId)}/rows`, {
        body,
        contentType: format === "csv" ? "text/csv" : "application/x-ndjson",
        ...(signal && { signal }),
      }),
    list: (query: PageQuery = {}) =>
      http.json<Page<BatchProgress>>("GET", "/batches", { query: query as never }),
    get: (batchId: string) => http.json<BatchProgress>("GET", `/batches/${at(batchId)}`),
    /** How near it came to what its limits allow; works while it runs. */
    /** What came out of it so far: how results, costs and times lie. */
    analysis: (batchId: string) =>
      http.json<BatchAnalysis>("GET", `/batches/${at(batchId)}/analysis`),
    certificate: (batchId: string) =>
      http.json<Certificate>("GET", `/batches/${at(batchId)}/certificate`),
    change: (batchId: string, change: BatchChange) =>
      http.json<BatchProgress>("PATCH", `/batches/${at(batchId)}`, { json: change }),
    /** `retry` starts the failed and cancelled rows again, from the step that failed. */
    act: (batchId: string, action: "start" | "pause" | "resume" | "cancel" | "retry") =>
      http.json<BatchProgress>("POST", `/batches/${at(batchId)}/${action}`),
    rows: (batchId: string, query: BatchRowsQuery = {}) =>
      http.json<Page<BatchRow>>("GET", `/batches/${at(batchId)}/rows`, { query: query as never }),
    /** The results as a streamed file; works while the batch runs. */
    export: (batchId: string, query: BatchExportQuery = {}) =>
      http.raw("GET", `/batches/${at(batchId)}/export`, { query }),
    stream: (batchId: string, stream?: StreamOptions) =>
      batchMessages(followEvents(http, { topic: "batch", id: batchId }, stream)),
  };
}

function threads(http: Transport) {
  return {
    create: (thread: ThreadCreate = {}) => http.json<Thread>("POST", "/threads", { json: thread }),
    list: (query: ThreadListQuery = {}) => http.json<Page<Thread>>("GET", "/threads", { query }),
    /** With its messages, the newest first, by page. */
    get: (threadId: string, query: ThreadQuery = {}) =>
      http.json<ThreadWithMessages>("GET", `/threads/${at(threadId)}`, { query: query as never }),
    /** Says something in it; the run that answers can be followed with `runs.stream`. */
    send: (threadId: string, message: ThreadSend) =>
      http.json<RunSummary>("POST", `/threads/${at(threadId)}/messages`, { json: message }),
    change: (threadId: string, change: ThreadChange) =>
      http.json<Thread>("PATCH", `/threads/${at(threadId)}`, { json: change }),
    remove: (threadId: string) => http.json<void>("DELETE", `/threads/${at(threadId)}`),
  };
}
