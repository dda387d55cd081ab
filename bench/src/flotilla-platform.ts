import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createClient, type Client } from "@flotilla/api";
import { startChild, type Child } from "./child.ts";
import type { ContenderProcess } from "./contender.ts";

const command = fileURLToPath(new URL("../../packages/cli/bin/flotilla.mjs", import.meta.url));
const readyPatienceMs = 60_000;

/** How the platform is started. */
export interface PlatformSettings {
  databaseUrl: string;
  workers: number;
  /** Base URLs of OpenAI-compatible providers, by name. */
  providers: Record<string, string>;
  /** What they allow, by name. Left out: nothing is told. */
  limits?: Record<string, object>;
}

/** The platform as a user starts it, seen from outside. */
export interface FlotillaPlatform {
  url: string;
  client: Client;
  processes: ContenderProcess[];
  stop(): Promise<void>;
}

/**
 * `flotilla up` with one worker on the bench's database, and `flotilla worker` for each further
 * one. Resolves once all of them take runs.
 */
export async function startPlatform(settings: PlatformSettings): Promise<FlotillaPlatform> {
  const home = await mkdtemp(join(tmpdir(), "flotilla-bench-home-"));
  // However this process ends.
  process.once("exit", () => rmSync(home, { recursive: true, force: true }));
  const env = environment(settings, home);
  const up = startChild(command, env, ["up", "--port", "0", "--workers", "1", "--json"]);
  const further: Child[] = [];
  const stop = async () => {
    await Promise.all(further.map((child) => child.end("SIGTERM")));
    await up.end("SIGTERM");
  };

  try {
    // The first process makes the tables; the others find them.
    const { url } = await up.next<{ url: string }>();
    while (further.length < settings.workers - 1) {
      further.push(startChild(command, env, ["worker"]));
    }
    const client = createClient({ baseUrl: url });
    const workers = await untilWorking(client, settings.workers);
    return { url, client, processes: [...workers, { role: "server", pid: up.pid }], stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function environment(
  { databaseUrl, providers, limits }: PlatformSettings,
  home: string,
): Record<string, string> {
  const kind = "openai-compatible";
  const configured = Object.entries(providers).map(([name, baseURL]) => [name, { kind, baseURL }]);
  return {
    DATABASE_URL: databaseUrl,
    FLOTILLA_HOME: home,
    FLOTILLA_PROVIDERS: JSON.stringify(Object.fromEntries(configured)),
    ...(limits && { FLOTILLA_LIMITS: JSON.stringify(limits) }),
    FLOTILLA_CONCURRENCY: "10000",
    FLOTILLA_SEED: "false",
    FLOTILLA_LOG_LEVEL: "warn",
  };
}

async function untilWorking(client: Client, count: number): Promise<ContenderProcess[]> {
  const deadline = Date.now() + readyPatienceMs;
  while (Date.now() < deadline) {
    const { workers } = await client.status();
    if (workers.length >= count) return workers.map(({ pid }) => ({ role: "worker", pid }));
    await sleep(100);
  }
  throw new Error(`${count} workers did not come up within a minute.`);
}
