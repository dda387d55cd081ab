import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbedded } from "../packages/store/src/embedded/server.ts";
import { signalProcess } from "./command.ts";
import { descendants, isAlive } from "./process-tree.ts";

/** A Postgres server of its own, as an operator would run one beside the platform. */
export interface PostgresServer {
  url: string;
  stop(): Promise<void>;
}

/** Starts an empty server in a temporary folder, which `stop` removes. */
export async function startPostgresServer(): Promise<PostgresServer> {
  const home = await mkdtemp(join(tmpdir(), "flotilla-e2e-server-"));
  const server = await startEmbedded({ home });
  const end = () => killPostmaster(home);
  process.once("exit", end);
  return {
    url: server.url,
    async stop() {
      await server.stop();
      process.off("exit", end);
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** The first process of the embedded server of `home`; undefined while there is none. */
export function postmasterOf(home: string): number | undefined {
  const pid = Number(readOr(join(home, "postgres-18", "data", "postmaster.pid")).split("\n")[0]);
  // The file may outlive its process, and pids come again.
  const isPostgres = pid > 0 && readOr(`/proc/${pid}/comm`).trim() === "postgres";
  return isPostgres && isAlive(pid) ? pid : undefined;
}

/** The server's other processes: those of connections and those of its housekeeping. */
export function backendsOf(postmaster: number): number[] {
  return descendants(postmaster).map(({ pid }) => pid);
}

export function killPostmaster(home: string): void {
  const pid = postmasterOf(home);
  if (pid !== undefined) signalProcess(pid, "SIGKILL");
}

function readOr(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
