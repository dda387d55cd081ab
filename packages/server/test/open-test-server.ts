import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, problemSchema, type Client, type Problem } from "@flotilla/api";
import { routesSchema, type ArtifactPort, type Clock, type Log } from "@flotilla/core";
import { systemClock } from "@flotilla/engine";
import { openModels, openRouter, type ModelsConfigInput } from "@flotilla/models";
import { openArtifacts, type Store } from "@flotilla/store";
import { openConnectionTester, openMcp, openOutgoing, openTools } from "@flotilla/tools";
import type { Hono } from "hono";
import { openTestStore } from "../../store/test/open-test-store.ts";
import { openAccess } from "../src/access/access.ts";
import { openActivityLog, type ActivityLog } from "../src/activity/activity-log.ts";
import type { AppParts, ServerEnv } from "../src/app-parts.ts";
import { ErrorBook } from "../src/errors/error-book.ts";
import { openHealthSampler } from "../src/health/health-sampler.ts";
import { logComponents, type LogComponent, type LogLevel } from "../src/log/settings.ts";
import { createApp } from "../src/app.ts";
import { Redactor } from "../src/redact/redactor.ts";
import { openTriggers } from "../src/triggers/fire-trigger.ts";
import { localKey } from "../src/vault/local-key.ts";
import { openVault, type Vault, type VaultParts } from "../src/vault/open-vault.ts";

export interface LogLine {
  level: keyof Log;
  fields: Record<string, unknown>;
  message: string;
}

export interface TestServer {
  store: Store;
  artifacts: ArtifactPort;
  url: string;
  app: Hono<ServerEnv>;
  /** The client that the CLI and the web app use, without sockets. */
  client: Client;
  log: LogLine[];
  logger: Log;
  clock: Clock;
  activity: ActivityLog;
  vault: Vault;
  /** What its vault is made of. */
  vaultParts: VaultParts;
  /** Another app on the same store and vault, whose models are of other providers. */
  appWithModels(providers: ModelsConfigInput["providers"]): Hono<ServerEnv>;
  /** Another app on the same store. */
  appWith(parts: Partial<AppParts>): Hono<ServerEnv>;
  close(): Promise<void>;
}

const providers = {
  simulated: { kind: "simulated" },
  openai: { kind: "openai", apiKeyEnv: "OPENAI_API_KEY" },
} as const;

const levels = Object.fromEntries(logComponents.map((one) => [one, "info"])) as Record<
  LogComponent,
  LogLevel
>;

const routes = {
  support: { targets: ["openai/gpt-5-mini", "simulated/demo"] },
  thrifty: { strategy: "cheapest", targets: ["openai/gpt-5", "simulated/demo"] },
};

/** The HTTP server on a fresh database, with real models and tools and without an engine. */
export async function openTestServer(): Promise<TestServer> {
  const { store, url, drop } = await openTestStore();
  const models = openModels({ providers }, {});
  const lines: LogLine[] = [];
  const note = (level: keyof Log) => (fields: object, message: string) =>
    void lines.push({ level, fields: { ...fields }, message });
  const log: Log = {
    debug: note("debug"),
    info: note("info"),
    warn: note("warn"),
    error: note("error"),
  };
  const router = openRouter({
    routes: routesSchema.parse(routes),
    models,
    targets: store.targets,
    clock: systemClock,
    random: () => 0.5,
    log,
  });
  const folder = await mkdtemp(join(tmpdir(), "flotilla-server-"));
  const artifacts = openArtifacts(store.pool, { kind: "folder", path: folder });
  const activity = openActivityLog({ store, clock: systemClock, log });
  const redact = new Redactor();
  const keys = [localKey(randomBytes(32).toString("base64"))];
  const clock = systemClock;
  const vaultParts = { store, keys, checksCertificates: true, redact, clock, log };
  const vault = await openVault(vaultParts);
  const errors = new ErrorBook({ store, clock: systemClock, log, redact });
  const health = openHealthSampler({ store, clock: systemClock, log, folders: { home: folder } });
  // Nothing looks by itself while tests do.
  await health.stop();
  const triggers = openTriggers({ store, rules: store.rules.of, redact, log });
  const mcp = openMcp({ store: store.mcpTools, ...vault, log, allow: [] });
  const parts: AppParts = {
    errors,
    health,
    logLevels: () => levels,
    activity,
    access: openAccess(),
    store,
    models,
    router,
    providers,
    modelNames: ["openai/gpt-5-mini"],
    tools: await openTools({ mcp }),
    mcp,
    triggers,
    outgoing: openOutgoing([]),
    connections: openConnectionTester([]),
    sendsEmail: true,
    artifacts,
    redact,
    vault,
    clock: systemClock,
    log,
    version: "1.2.3",
    startedAt: "2026-01-02T03:04:05.000Z",
    databaseKind: "embedded",
    webRoot: null,
  };
  const app = createApp(parts);
  return {
    store,
    artifacts,
    url,
    app,
    client: clientOf(app),
    log: lines,
    logger: log,
    clock: systemClock,
    activity,
    vault,
    vaultParts,
    appWithModels: (others) =>
      createApp({
        ...parts,
        providers: others,
        models: openModels({ providers: others }, {}, vault.credentials),
      }),
    appWith: (changed) => createApp({ ...parts, ...changed }),
    async close() {
      await triggers.close();
      await activity.close();
      await errors.close();
      await router.close();
      await models.close();
      await mcp.close();
      await vault.close();
      await drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function clientOf(app: Hono<ServerEnv>): Client {
  return createClient({
    baseUrl: "http://localhost",
    fetch: async (input, init) => app.request(input instanceof URL ? input.href : input, init),
  });
}

/** Sends JSON to a path of the API. */
export function send(
  app: Hono<ServerEnv>,
  method: string,
  path: string,
  body?: unknown,
  others: Record<string, string> = {},
): Promise<Response> {
  const isSent = body !== undefined;
  const headers = { ...(isSent && { "content-type": "application/json" }), ...others };
  const json = isSent ? { body: JSON.stringify(body) } : {};
  return Promise.resolve(app.request(`/api/v1${path}`, { method, headers, ...json }));
}

/** The problem an answer holds; throws when it is none. */
export async function problemOf(answer: Response | Promise<Response>): Promise<Problem> {
  const response = await answer;
  if (response.headers.get("content-type") !== "application/problem+json") {
    throw new Error(`no problem but ${response.status}: ${await response.text()}`);
  }
  return problemSchema.parse(await response.json());
}
