import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { startEmbedded } from "../../packages/store/src/embedded/server.ts";
import { parentOf, treeCpuMs } from "./process-figures.ts";

/** The Postgres server all contenders share. */
export interface DatabaseServer {
  version: string;
  /** A new, empty database with nothing left to write from before. */
  create(name: string): Promise<Database>;
  /** CPU of the whole server so far, in milliseconds; null when it runs elsewhere. */
  cpuMs(): Promise<number | null>;
  stop(): Promise<void>;
}

export interface Database {
  url: string;
  /** Tables, indexes and their large values, without the system's own. */
  bytes(): Promise<number>;
  drop(): Promise<void>;
}

/** That of `DATABASE_URL`, whose user may create databases, or one that is gone afterwards. */
export async function openDatabaseServer(): Promise<DatabaseServer> {
  if (process.env.DATABASE_URL) return connect(process.env.DATABASE_URL, async () => undefined);
  const home = await mkdtemp(join(tmpdir(), "flotilla-bench-"));
  const server = await startEmbedded({ home });
  return connect(server.url, async () => {
    await server.stop();
    await rm(home, { recursive: true, force: true });
  });
}

async function connect(url: string, stopServer: () => Promise<void>): Promise<DatabaseServer> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ pid: number; version: string }>(
    "SELECT pg_backend_pid() AS pid, current_setting('server_version') AS version",
  );
  const { pid, version } = rows[0]!;
  const postmaster = await findPostmaster(pid);

  return {
    version,
    async create(name) {
      await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await client.query(`CREATE DATABASE ${name}`);
      // Not for everyone; it only makes the figures steadier.
      await client.query("CHECKPOINT").catch(() => undefined);
      return openDatabase(client, url, name);
    },
    cpuMs: async () => (postmaster === null ? null : treeCpuMs(postmaster)),
    async stop() {
      await client.end();
      await stopServer();
    },
  };
}

function openDatabase(admin: pg.Client, serverUrl: string, name: string): Database {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    async bytes() {
      const client = new pg.Client({ connectionString: url.href });
      await client.connect();
      const { rows } = await client.query<{ bytes: string }>(
        "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) AS bytes FROM pg_class c " +
          "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'm') " +
          "AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')",
      );
      await client.end();
      return Number(rows[0]!.bytes);
    },
    drop: async () => void (await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)),
  };
}

/** The parent of a backend, when that backend is a process of this machine. */
async function findPostmaster(backend: number): Promise<number | null> {
  const parent = await parentOf(backend).catch(() => null);
  return parent?.name.startsWith("postgres") ? parent.pid : null;
}
