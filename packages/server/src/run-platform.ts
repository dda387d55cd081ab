import { createRequire } from "node:module";
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { accessRuleBook, systemClock } from "@flotilla/engine";
import { openConnectionTester } from "@flotilla/tools";
import { createApp } from "./app.ts";
import { openCallers } from "./auth/open-callers.ts";
import { signInMode } from "./auth/sign-in-mode.ts";
import { openDatabase, openPlatform, type Database } from "./compose.ts";
import type { Config, Environment } from "./config.ts";
import { forgetSecrets, hideEnvironment, type HiddenEnvironment } from "./hidden-environment.ts";
import { loadConfig } from "./load-config.ts";
import { openEdges } from "./open-edges.ts";
import { serveApp } from "./listen.ts";
import { openProcessLog } from "./log.ts";
import { loadExtension } from "./mcp/load-extension.ts";
import { openReactions } from "./open-reactions.ts";
import { openRecords } from "./open-records.ts";
import { openRedactor } from "./redact/open-redactor.ts";
import { seedExamples } from "./seed.ts";
import { untilStopped } from "./stop.ts";
import { superviseWorkers } from "./supervise-workers.ts";

interface Ready {
  url: string;
  seededBatch: string | undefined;
  /** By which the first owner comes in; only while there is none. */
  adminLink: string | undefined;
}

export interface PlatformOptions {
  /** 0: any free port. */
  port?: number | undefined;
  host?: string | undefined;
  home?: string | undefined;
  workers?: number | undefined;
  /** Told once everything runs. */
  onReady?: (ready: Ready) => void;
}

const { version } = createRequire(import.meta.url)("../package.json") as { version: string };
const webDist = fileURLToPath(new URL("../../web/dist", import.meta.url));

/** A worker that takes longer to start is not waited for: the platform is there, and it will come. */
const startPatience = () => sleep(15_000, undefined, { ref: false });

/**
 * Starts the whole platform: database, schema, HTTP API and web app, worker processes; runs until
 * SIGINT or SIGTERM, then drains. A second Ctrl-C does not wait.
 *
 * Throws `config_invalid` or `unavailable` when it cannot start.
 *
 * @returns the exit code
 */
export async function runPlatform(options: PlatformOptions = {}): Promise<number> {
  const { onReady, ...said } = options;
  const env = { ...process.env };
  const config = await loadConfig(said, env, process.cwd());
  forgetSecrets(process.env, config);
  signInMode(config);
  const logs = openProcessLog(config, "server");
  const log = logs.of("server");
  const redact = openRedactor(config, logs);
  const stopped = untilStopped();
  const startedAt = new Date().toISOString();
  // Closed in reverse, also when something further down cannot start.
  const open = new AsyncDisposableStack();
  open.defer(() => logs.close());
  try {
    const database = await openDatabase(config, logs.of("postgres"));
    open.defer(() => database.stop());
    const platform = await openPlatform(config, database, logs, redact);
    open.defer(() => platform.close());
    const records = await openRecords({ config, store: platform.store, logs, redact });
    open.defer(() => records.close());
    const { store } = platform;
    const book = accessRuleBook(store);
    open.defer(book.listen());
    const rules = (organisation: string) => book.of(organisation);
    const { vault } = platform;
    const reactions = openReactions({ config, store, vault, rules, redact, log });
    open.defer(() => reactions.close());
    const callers = await openCallers(config, {
      ...{ store, rules, redact, clock: systemClock, log: logs.of("sign-in") },
      ...(reactions.onInvitation && { onInvitation: reactions.onInvitation }),
    });
    open.defer(() => callers.close());
    const mcpExtension = config.mcpExtension && (await loadExtension(config.mcpExtension));
    const app = createApp({
      ...{ ...platform, ...records, ...callers.app, ...reactions.app, ...openEdges(config) },
      connections: openConnectionTester(config.httpAllow),
      ...{ ...fixedParts(config), startedAt, databaseKind: database.kind },
      ...(mcpExtension && { mcpExtension }),
      ...{ log: logs.of("http"), logLevels: logs.levels, clock: systemClock },
    });
    const server = await serveApp(app, callers.address);
    open.defer(() => server.close(1_000));
    const hidden = workerEnvironment(env, config, database);
    const wanted = { count: config.workers, memoryMegabytes: config.workerMegabytes };
    const workers = superviseWorkers(wanted, hidden, { log, errors: records.errors });
    open.defer(() => workers.stop(config.drainSeconds * 1_000 + 5_000));
    const seededBatch = config.seed ? await seedExamples(store) : undefined;
    if (config.workers > 0) await Promise.race([workers.started, startPatience(), stopped]);
    const { url } = server;
    onReady?.({ url, seededBatch, adminLink: await callers.adminLink(url) });
    await stopped;
    log.info({}, "draining");
  } finally {
    await open.disposeAsync();
  }
  return 0;
}

function fixedParts(config: Config) {
  return {
    providers: config.providers,
    modelNames: [...Object.keys(config.prices), ...Object.keys(config.limits)],
    version,
    webRoot: existsSync(webDist) ? webDist : null,
  };
}

function workerEnvironment(
  env: Environment,
  config: Config,
  database: Database,
): HiddenEnvironment {
  const settings = {
    ...env,
    DATABASE_URL: database.url,
    DATABASE_URL_FILE: undefined,
    FLOTILLA_HOME: config.home,
    ...(database.kind === "embedded" && { FLOTILLA_EMBEDDED: "1" }),
  };
  return hideEnvironment(settings, config);
}
