import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createClient, type Client } from "@flotilla/api";
import { startChild } from "./child.ts";
import type { ContenderProcess, Settings } from "./contender.ts";

const command = fileURLToPath(new URL("../../packages/cli/bin/flotilla.mjs", import.meta.url));
const readyPatienceMs = 60_000;

/** The platform as a user starts it, seen from outside. */
export interface FlotillaPlatform {
  url: string;
  client: Client;
  processes: ContenderProcess[];
  stop(): Promise<void>;
}

/**
 * `flotilla up` with one worker on the bench's database. The mock is its provider `bench` for runs
 * and `bench-streams` for streams. Resolves once the worker takes runs.
 */
export async function startPlatform(settings: Settings): Promise<FlotillaPlatform> {
  const home = await mkdtemp(join(tmpdir(), "flotilla-bench-home-"));
  // However this process ends.
  process.once("exit", () => rmSync(home, { recursive: true, force: true }));
  const args = ["up", "--port", "0", "--workers", "1", "--json"];
  const up = startChild(command, environment(settings, home), args);

  try {
    const { url } = await up.next<{ url: string }>();
    const client = createClient({ baseUrl: url });
    const workers = await untilWorking(client);
    const processes = [...workers, { role: "server" as const, pid: up.pid }];
    return { url, client, processes, stop: () => up.end("SIGTERM") };
  } catch (error) {
    await up.end("SIGTERM");
    throw error;
  }
}

function environment({ databaseUrl, mockUrl }: Settings, home: string): Record<string, string> {
  const kind = "openai-compatible";
  const providers = {
    bench: { kind, baseURL: `${mockUrl}/runs/v1` },
    "bench-streams": { kind, baseURL: `${mockUrl}/streams/v1` },
  };
  return {
    DATABASE_URL: databaseUrl,
    FLOTILLA_HOME: home,
    FLOTILLA_PROVIDERS: JSON.stringify(providers),
    FLOTILLA_CONCURRENCY: "10000",
    FLOTILLA_SEED: "false",
    FLOTILLA_LOG_LEVEL: "warn",
  };
}

async function untilWorking(client: Client): Promise<ContenderProcess[]> {
  const deadline = Date.now() + readyPatienceMs;
  while (Date.now() < deadline) {
    const { workers } = await client.status();
    if (workers.length > 0) return workers.map(({ pid }) => ({ role: "worker" as const, pid }));
    await sleep(100);
  }
  throw new Error("No worker came up within a minute.");
}
