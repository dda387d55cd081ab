import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startEmbedded } from "./server.ts";
import { superviseEmbedded } from "./supervise.ts";

let closed: string;
let home: string;
const stops: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  // Below a folder that only this account may enter, as a checkout in /root is.
  closed = await mkdtemp(join(tmpdir(), "flotilla-embedded-"));
  await chmod(closed, 0o700);
  home = join(closed, "deep", "home");
});

afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

afterAll(() => rm(closed, { recursive: true, force: true }));

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (tries === 200) throw error;
      await sleep(50);
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Another process that supervises the server of `home`, in a process group of its own. */
async function supervisor(): Promise<{ process: ChildProcess; url: string; pid: number }> {
  const source = `
    import { superviseEmbedded } from ${JSON.stringify(new URL("supervise.ts", import.meta.url))};
    process.on("SIGINT", () => undefined);
    const { url, pid } = await superviseEmbedded({ home: ${JSON.stringify(home)} });
    console.log(JSON.stringify({ url, pid }));
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", source], {
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  stops.push(async () => child.kill("SIGKILL"));
  const [line] = await once(child.stdout, "data");
  return { process: child, ...JSON.parse(String(line)) };
}

test("starts a UTF-8 server that only the password opens, and stops it", async () => {
  const server = await startEmbedded({ home });
  stops.push(server.stop);
  const [row] = await query(
    server.url,
    `SELECT current_database() AS database, upper('é') AS upper, datcollate, datlocale,
       pg_encoding_to_char(encoding) AS encoding
     FROM pg_database WHERE datname = current_database()`,
  );
  expect(row).toEqual({
    database: "flotilla",
    upper: "É",
    datcollate: "C",
    datlocale: "C.UTF-8",
    encoding: "UTF8",
  });
  const { password } = new URL(server.url);
  await expect(query(server.url.replace(password, "wrong"), "SELECT 1")).rejects.toMatchObject({
    code: "28P01",
  });
  expect((await stat(join(home, "postgres-18", "password"))).mode & 0o777).toBe(0o600);
  await server.stop();
  await server.exited;
  expect(isAlive(server.pid)).toBe(false);
});

test("keeps its port from start to start, unless another program took it", async () => {
  const first = await startEmbedded({ home });
  await first.stop();
  const second = await startEmbedded({ home });
  expect(second.port).toBe(first.port);
  await second.stop();
  const other = createServer().listen(first.port, "127.0.0.1");
  stops.push(async () => other.close());
  await once(other, "listening");
  const third = await startEmbedded({ home });
  stops.push(third.stop);
  expect(third.port).not.toBe(first.port);
});

test("starts that come at the same time share one server", async () => {
  const fresh = join(closed, "fresh");
  const servers = await Promise.all([1, 2, 3].map(() => startEmbedded({ home: fresh })));
  stops.push(servers[0]!.stop);
  expect(new Set(servers.map(({ pid }) => pid)).size).toBe(1);
  expect(new Set(servers.map(({ url }) => url)).size).toBe(1);
});

test("starts over a lock file whose process id another program has by now", async () => {
  const server = await startEmbedded({ home });
  const lockFile = join(home, "postgres-18", "data", "postmaster.pid");
  const lines = (await readFile(lockFile, "utf8")).split("\n");
  await server.stop();
  await writeFile(lockFile, [process.pid, ...lines.slice(1)].join("\n"));
  await writeFile(join(lockFile, "..", `.s.PGSQL.${server.port}.lock`), `${process.pid}\n`);
  const next = await startEmbedded({ home });
  stops.push(next.stop);
  expect(await query(next.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("a half-made cluster of a killed start does not stand in the way", async () => {
  const interrupted = join(closed, "interrupted");
  await mkdir(join(interrupted, "postgres-18.draft-killed", "data"), { recursive: true });
  const server = await startEmbedded({ home: interrupted });
  stops.push(server.stop);
  expect(await query(server.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("a server killed with kill -9, busy, runs again on the same port with its data", async () => {
  const server = await superviseEmbedded({ home });
  stops.push(server.stop);
  await query(server.url, "DROP TABLE IF EXISTS kept; CREATE TABLE kept (id int)");
  for (let round = 1; round <= 3; round++) {
    await query(server.url, `INSERT INTO kept VALUES (${round})`);
    const busy = query(server.url, "SELECT count(*) FROM generate_series(1, 1e9)").catch(String);
    await sleep(100);
    const { pid } = server;
    process.kill(pid, "SIGKILL");
    const rows = await eventually(() => query(server.url, "SELECT id FROM kept"));
    expect(rows).toHaveLength(round);
    await eventually(async () => expect(server.pid).not.toBe(pid));
    expect(await busy).toMatch(/terminat|closed|shut/i);
  }
});

test("outlives its supervisor's kill -9, and the next start attaches to it", async () => {
  const { process: starter, pid, url } = await supervisor();
  starter.kill("SIGKILL");
  await once(starter, "exit");
  const server = await superviseEmbedded({ home });
  stops.push(server.stop);
  expect(server.pid).toBe(pid);
  expect(server.url).toBe(url);
  // The attached server is supervised like one of its own.
  process.kill(pid, "SIGKILL");
  await eventually(() => query(url, "SELECT 1"));
  await eventually(async () => expect(server.pid).not.toBe(pid));
});

test("a terminal's Ctrl-C does not reach it", async () => {
  const { process: starter, pid, url } = await supervisor();
  process.kill(-starter.pid!, "SIGINT");
  await sleep(200);
  expect(await query(url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  starter.kill("SIGKILL");
  await once(starter, "exit");
  const server = await startEmbedded({ home });
  stops.push(server.stop);
  expect(server.pid).toBe(pid);
});
