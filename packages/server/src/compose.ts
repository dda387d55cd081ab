import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  FlotillaError,
  newId,
  type ArtifactPort,
  type ErrorSink,
  type Log,
  type PlacedTools,
} from "@flotilla/core";
import { openCapacity, openEngine, systemClock, type Engine } from "@flotilla/engine";
import { checkRoutes, openModels, openRouter, type Models, type Router } from "@flotilla/models";
import {
  migrate,
  openArtifacts,
  openPool,
  openStore,
  superviseEmbedded,
  type Store,
} from "@flotilla/store";
import { openMcp, openTools, sharedSandbox, type Mcp } from "@flotilla/tools";
import { artifactStorage } from "./artifact-storage.ts";
import type { Config } from "./config.ts";
import type { ProcessLog } from "./log.ts";
import { urlSecrets } from "./redact/known-secrets.ts";
import type { Redactor } from "./redact/redactor.ts";
import { openVault, type Vault, type VaultParts } from "./vault/open-vault.ts";
import { vaultKeys } from "./vault/vault-keys.ts";

/** The database of the platform: the embedded one, or the server of `databaseUrl`. */
export interface Database {
  kind: "embedded" | "server";
  url: string;
  stop(): Promise<void>;
}

/**
 * Starts or attaches to the database and brings its schema up to date. Throws `unavailable` when a
 * server does not answer.
 */
export async function openDatabase(config: Config, log: Log): Promise<Database> {
  const database: Database = config.databaseUrl
    ? { kind: "server", url: config.databaseUrl, stop: async () => undefined }
    : await embedded(config, log);
  const pool = openPool({
    url: database.url,
    max: 1,
    name: "flotilla-migrate",
    onError: () => undefined,
  });
  try {
    const applied = await migrate(pool);
    if (applied.length > 0) log.info({ applied }, "the database schema was brought up to date");
  } catch (error) {
    await database.stop();
    throw new FlotillaError(
      "unavailable",
      `The database cannot be used: ${(error as Error).message}`,
      {
        remedy: "Check that the server runs and that DATABASE_URL names a database its user owns.",
        cause: error,
      },
    );
  } finally {
    await pool.end();
  }
  return database;
}

async function embedded(config: Config, log: Log): Promise<Database> {
  await mkdir(config.home, { recursive: true });
  const { url, stop } = await superviseEmbedded({
    home: config.home,
    log: (message) => log.info({ from: "postgres" }, message),
  });
  return { kind: "embedded", url, stop };
}

/** What both the HTTP server and a worker are made of. */
export interface Platform {
  store: Store;
  models: Models;
  router: Router;
  tools: PlacedTools;
  mcp: Mcp;
  artifacts: ArtifactPort;
  redact: Redactor;
  vault: Vault;
  close(): Promise<void>;
}

/** @param redact knows the secrets of the configuration; it is told of the database's password here */
export async function openPlatform(
  config: Config,
  database: Pick<Database, "kind" | "url">,
  logs: Pick<ProcessLog, "of">,
  redact: Redactor,
): Promise<Platform> {
  for (const secret of urlSecrets(database.url)) redact.learn(secret);
  const store = await openStore({
    url: database.url,
    onError: (error) =>
      logs.of("store").warn({ reason: error.message }, "a database connection was lost"),
  });
  const vault = await openVaultOf(config, database.kind, { store, redact, log: logs.of("server") });
  const models = openModels(
    {
      providers: config.providers,
      prices: config.prices,
      imagePrices: config.imagePrices,
      limits: config.limits,
      contextWindows: config.contextWindows,
      ...(config.recordings && { recordings: config.recordings }),
    },
    config.variables,
    vault.credentials,
  );
  checkRoutes(config.routes, (model) => models.check(model));
  const opened = await openToolsOf(config, { store, vault, log: logs.of("mcp") });
  const { routes } = config;
  const { targets } = store;
  const parts = {
    routes,
    models,
    targets,
    clock: systemClock,
    random: Math.random,
    log: logs.of("models"),
  };
  const router = openRouter(parts);
  return {
    store,
    models,
    router,
    ...opened,
    artifacts: openArtifacts(store.pool, artifactStorage(config, config.variables)),
    redact,
    vault,
    async close() {
      opened.tools.close();
      await opened.mcp.close();
      await router.close();
      await models.close();
      await vault.close();
      await store.close();
    },
  };
}

/** Everybody's tools, and those of organisations' MCP servers. */
async function openToolsOf(
  { home, tools, httpAllow, sandbox, searchFolders, imageModel, workerMegabytes }: Config,
  { store, vault, log }: { store: Store; vault: Vault; log: Log },
) {
  const { credentials, signIns } = vault;
  const launcherFolder = launcherFolderOf(home);
  const mcp = openMcp({
    ...{ store: store.mcpTools, credentials, signIns, log, allow: httpAllow },
    stdio: {
      sandbox: () => sandboxOf({ home, sandbox }),
      folder: join(home, "mcp"),
    },
  });
  const searchIndex = join(home, "search", "index.sqlite");
  const settings = {
    ...{ allow: httpAllow, searchFolders, searchIndex, sandbox, launcherFolder },
    ...(imageModel !== undefined && { imageModel }),
  };
  const memoryBytes = workerMegabytes * 2 ** 20;
  return { mcp, tools: await openTools({ ...tools, mcp, settings, memoryBytes }) };
}

function launcherFolderOf(home: string): string {
  return join(home, "launcher");
}

/** This process's, as its tools have it. */
function sandboxOf({ home, sandbox }: Pick<Config, "home" | "sandbox">) {
  const { tier, readable } = sandbox;
  return sharedSandbox({ folder: launcherFolderOf(home), tier, readable });
}

async function openVaultOf(
  config: Config,
  databaseKind: Database["kind"],
  parts: Pick<VaultParts, "store" | "redact" | "log">,
): Promise<Vault> {
  return openVault({
    ...parts,
    keys: await vaultKeys(config, databaseKind === "embedded"),
    checksCertificates: config.variables["NODE_TLS_REJECT_UNAUTHORIZED"] !== "0",
    clock: systemClock,
  });
}

/** A worker's engine on an open platform. */
export async function openWorkerEngine(
  config: Config,
  platform: Platform,
  database: { kind: Database["kind"]; url: string },
  told: { log: Log; errors: ErrorSink },
): Promise<Engine> {
  const { store, models, router, tools, artifacts, redact, vault } = platform;
  const common = { workerId: newId("wrk"), clock: systemClock, random: Math.random, ...told };
  const { signals } = store;
  const capacity = openCapacity({ ...common, store: store.capacity, signals });
  const engine = await openEngine({
    ...common,
    databaseUrl: database.url,
    store,
    models,
    router,
    capacity,
    providerBatches: models.batches,
    tools,
    artifacts,
    redact,
    credentials: vault.credentials,
    workspaces: join(config.home, "workspaces"),
    concurrency: config.concurrency,
    retentionDays: config.retentionDays,
    cacheBytes: config.cacheMegabytes * 2 ** 20,
    singleHost: database.kind === "embedded",
    findSandbox: () => sandboxOf(config),
  }).catch(async (error: unknown) => {
    await capacity.close();
    throw error;
  });
  return {
    ...engine,
    async close(graceMs) {
      await engine.close(graceMs);
      await capacity.close();
    },
  };
}
