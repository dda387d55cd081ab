import { FlotillaError, newId } from "@flotilla/core";
import { OpenAPIHono } from "@hono/zod-openapi";
import type { Hono } from "hono";
import { methodNotAllowed } from "hono/method-not-allowed";
import { requestId } from "hono/request-id";
import type { ZodError } from "zod";
import { checkGuards } from "./access/guarded-route.ts";
import { recordActivity } from "./activity/record-activity.ts";
import type { ApiApp, AppParts, ServerEnv } from "./app-parts.ts";
import { authRoutes } from "./auth/auth-routes.ts";
import { progressReader, type ReadProgress } from "./batch-progress.ts";
import { accessLog } from "./http/access-log.ts";
import { compressAnswer } from "./http/compress-answer.ts";
import { crossOrigin } from "./http/cross-origin.ts";
import { guardHost } from "./http/guard-host.ts";
import { limitAddress } from "./http/limit-rate.ts";
import type { Dispatch } from "./http/own-request.ts";
import { limitRequest } from "./http/limit-request.ts";
import { refusal } from "./http/refusal.ts";
import { keepPrivate, securityHeaders } from "./http/security-headers.ts";
import { traceRequest } from "./http/trace-request.ts";
import { openMetrics } from "./metrics.ts";
import { answerProblem } from "./problem.ts";
import { a2aRoutes } from "./routes/a2a.ts";
import { activityRoutes } from "./routes/activity.ts";
import { agUiRoute } from "./routes/ag-ui.ts";
import { agentDraftRoutes } from "./routes/agent-drafts.ts";
import { agentUsageRoutes } from "./routes/agent-usage.ts";
import { agentRoutes } from "./routes/agents.ts";
import { apiKeyRoutes } from "./routes/api-keys.ts";
import { artifactRoutes } from "./routes/artifacts.ts";
import { batchRowRoutes } from "./routes/batch-rows.ts";
import { batchStreamRoute } from "./routes/batch-stream.ts";
import { batchRoutes } from "./routes/batches.ts";
import { cacheRoutes } from "./routes/cache.ts";
import { budgetRoutes } from "./routes/budgets.ts";
import { connectionRoutes } from "./routes/connections.ts";
import { credentialRoutes } from "./routes/credentials.ts";
import { vaultRoutes } from "./routes/vault.ts";
import { costRoutes } from "./routes/costs.ts";
import { deadLetterRoutes } from "./routes/dead-letters.ts";
import { batchAnalysisRoute } from "./routes/batch-analysis.ts";
import { certificateRoutes } from "./routes/certificates.ts";
import { docsRoutes } from "./routes/docs.ts";
import { healthRoutes } from "./routes/health.ts";
import { invitationRoutes } from "./routes/invitations.ts";
import { openAiChatRoute } from "./routes/openai-chat.ts";
import { openAiResponseRoutes } from "./routes/openai-responses.ts";
import { openAiModelRoutes } from "./routes/openai-models.ts";
import { mcpRoutes } from "./routes/mcp.ts";
import { modelRoutes } from "./routes/models.ts";
import { errorGroupRoutes } from "./routes/error-groups.ts";
import { healthHistoryRoutes } from "./routes/health-history.ts";
import { logLevelRoutes } from "./routes/log-levels.ts";
import { newsRoutes } from "./routes/news.ts";
import { notificationRoutes } from "./routes/notifications.ts";
import { preferenceRoutes } from "./routes/preferences.ts";
import { providerRoutes } from "./routes/providers.ts";
import { routeRoutes } from "./routes/routes.ts";
import { limitRoutes } from "./routes/limits.ts";
import { forkRoutes } from "./routes/forks.ts";
import { feedbackRoutes } from "./routes/feedback.ts";
import { fleetStreamRoute } from "./routes/fleet-stream.ts";
import { inboxRoutes } from "./routes/inbox.ts";
import { interruptRoutes } from "./routes/interrupts.ts";
import { inboxStreamRoute } from "./routes/inbox-stream.ts";
import { runStreamRoute } from "./routes/run-stream.ts";
import { memberRoutes } from "./routes/members.ts";
import { organisationRoutes } from "./routes/organisations.ts";
import { ruleRoutes } from "./routes/rules.ts";
import { runComparisonRoutes } from "./routes/run-comparisons.ts";
import { runForkRoutes } from "./routes/run-forks.ts";
import { runTreeRoutes, treeStreamRoute } from "./routes/run-tree.ts";
import { runPlanRoutes } from "./routes/run-plans.ts";
import { runRoutes } from "./routes/runs.ts";
import { scheduleRoutes } from "./routes/schedules.ts";
import { scheduleTimeRoutes } from "./routes/schedule-times.ts";
import { signInRoutes } from "./routes/sign-in.ts";
import { staticRoutes } from "./routes/static.ts";
import { steeringRoutes } from "./routes/steering.ts";
import { statusRoutes } from "./routes/status.ts";
import { streamRoute } from "./routes/stream.ts";
import { threadRoutes } from "./routes/threads.ts";
import { usageReportRoutes } from "./routes/usage-report.ts";
import { triggerRoutes } from "./routes/triggers.ts";
import { toolRoutes } from "./routes/tools.ts";
import { toolRuleHitRoutes } from "./routes/tool-rule-hits.ts";
import { toolUsageRoutes } from "./routes/tool-usage.ts";
import { toolPolicyRoutes } from "./routes/tool-policy.ts";
import { mcpPromptRoutes } from "./routes/mcp-prompts.ts";
import { mcpServerRoutes } from "./routes/mcp-servers.ts";
import { clientDocumentRoute, mcpSignInRoutes } from "./routes/mcp-sign-ins.ts";
import { mcpToolRoutes } from "./routes/mcp-tools.ts";
import { toolRuleRoutes } from "./routes/tool-rules.ts";
import { openStreams, type Streams } from "./streams/open-streams.ts";

/** The HTTP side of the platform: API, streams, documentation, metrics and web app. */
export function createApp(parts: AppParts): Hono<ServerEnv> {
  const metrics = openMetrics(parts.store);
  const app: ApiApp = new OpenAPIHono<ServerEnv>();
  app.use(async (c, next) => {
    c.set("parts", parts);
    await next();
  });
  app.use(requestId({ limitLength: 64, generator: () => newId("req", parts.clock.now()) }));
  app.use(traceRequest);
  app.use(accessLog(parts, metrics));
  app.use(recordActivity);
  app.use(securityHeaders(parts));
  app.use(compressAnswer);
  app.use("/api/*", keepPrivate);
  app.use(methodNotAllowed({ app, onMethodNotAllowed: (c, methods) => refuseMethod(c, methods) }));
  app.use(guardHost(parts));
  if (parts.corsOrigins?.length) app.use("*", crossOrigin(parts.corsOrigins));
  app.use(limitAddress);
  app.use(limitRequest);
  const readProgress = progressReader(parts.clock);
  const dispatch: Dispatch = (request, env) => app.fetch(request, env);
  const streams = openStreams(parts, readProgress, dispatch);
  app.route("/api/v1", apiRoutes(parts, streams, readProgress));
  app.route("/v1", openAiRoutes(streams));
  const edge = { parts, streams: streams.events, dispatch };
  mcpRoutes(app, edge);
  clientDocumentRoute(app, parts);
  a2aRoutes(app, edge);
  if (parts.signIn) authRoutes(app, parts.signIn);
  healthRoutes(app, parts, metrics);
  checkGuards(app);
  docsRoutes(app, parts.version);
  staticRoutes(app, parts);
  app.notFound((c) => answerProblem(c, nothingAt(c.req.path), parts.log));
  app.onError((error, c) => answerProblem(c, error, parts.log));
  return app;

  function refuseMethod(c: Parameters<typeof answerProblem>[0], methods: string[]): Response {
    const allow = methods.toSorted().join(", ");
    const message = `${c.req.path} does not take ${c.req.method}; it takes ${allow}.`;
    c.header("allow", allow);
    return answerProblem(c, refusal(405, message), parts.log);
  }
}

function newRoutes(): ApiApp {
  return new OpenAPIHono<ServerEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalid(result.target, result.error);
    },
  });
}

/** Where clients of OpenAI's API expect it. */
function openAiRoutes({ events }: Streams): ApiApp {
  const api = newRoutes();
  openAiModelRoutes(api);
  openAiChatRoute(api, events);
  openAiResponseRoutes(api, events);
  return api;
}

function apiRoutes(parts: AppParts, streams: Streams, readProgress: ReadProgress): ApiApp {
  const api = newRoutes();
  signInRoutes(api, parts);
  apiKeyRoutes(api, parts);
  invitationRoutes(api, parts);
  agentRoutes(api, parts);
  agentDraftRoutes(api, parts);
  agentUsageRoutes(api, parts);
  runRoutes(api, parts);
  runComparisonRoutes(api);
  runForkRoutes(api, parts);
  runTreeRoutes(api);
  runPlanRoutes(api, parts);
  runStreamRoute(api, streams.events);
  treeStreamRoute(api, streams.events);
  agUiRoute(api, streams.events);
  batchRoutes(api, parts, readProgress);
  batchRowRoutes(api, parts);
  forkRoutes(api, parts, readProgress);
  certificateRoutes(api);
  batchAnalysisRoute(api);
  scheduleRoutes(api, parts);
  scheduleTimeRoutes(api, parts);
  deadLetterRoutes(api, parts);
  limitRoutes(api, parts);
  batchStreamRoute(api, streams.events);
  inboxStreamRoute(api, streams.events);
  fleetStreamRoute(api, streams.events);
  streamRoute(api, streams.sockets);
  budgetRoutes(api, parts);
  organisationRoutes(api, parts);
  memberRoutes(api, parts);
  ruleRoutes(api, parts);
  inboxRoutes(api, parts);
  interruptRoutes(api, parts);
  costRoutes(api);
  usageReportRoutes(api);
  connectionRoutes(api, parts);
  credentialRoutes(api, parts);
  vaultRoutes(api, parts);
  artifactRoutes(api, parts);
  threadRoutes(api);
  allToolRoutes(api, parts);
  modelRoutes(api, parts);
  providerRoutes(api, parts);
  routeRoutes(api, parts);
  cacheRoutes(api);
  statusRoutes(api, parts);
  activityRoutes(api, parts);
  newsRoutes(api, parts);
  notificationRoutes(api, parts);
  triggerRoutes(api, parts);
  steeringRoutes(api, parts);
  feedbackRoutes(api, parts);
  preferenceRoutes(api, parts);
  errorGroupRoutes(api);
  healthHistoryRoutes(api, parts);
  logLevelRoutes(api, parts);
  return api;
}

/** Of tools, of what may be done with them, and of the servers that have some. */
function allToolRoutes(api: ApiApp, parts: AppParts): void {
  toolRoutes(api, parts);
  toolRuleHitRoutes(api, parts);
  toolUsageRoutes(api, parts);
  toolRuleRoutes(api, parts);
  toolPolicyRoutes(api, parts);
  mcpServerRoutes(api, parts);
  mcpSignInRoutes(api, parts);
  mcpPromptRoutes(api, parts);
  mcpToolRoutes(api);
}

const targets: Readonly<Record<string, string>> = {
  json: "body",
  param: "address",
  query: "query",
};

function invalid(target: string, cause: ZodError): FlotillaError {
  const message = `The request's ${targets[target] ?? target} is not valid.`;
  return new FlotillaError("invalid_request", message, { cause });
}

function nothingAt(path: string): FlotillaError {
  return new FlotillaError("not_found", `There is nothing at ${path}.`, {
    remedy: "See /docs for what the API has.",
  });
}
