import { execFile, spawn, type ChildProcess } from "node:child_process";
import { open, readdir, readFile, readlink, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Cluster, serverEnvironment } from "./cluster.ts";

/** The server's first process, as its lock file `postmaster.pid` tells of it. */
export interface Postmaster {
  pid: number;
  port: number;
  /** Whether it says that it takes connections. */
  ready: boolean;
}

/** Sized for a small machine. */
const settings = {
  shared_buffers: "128MB",
  max_connections: "300",
  synchronous_commit: "on",
  wal_compression: "on",
  max_wal_size: "2GB",
  checkpoint_timeout: "15min",
  log_checkpoints: "off",
  jit: "off",
  max_parallel_workers_per_gather: "0",
  timezone: "UTC",
  log_timezone: "UTC",
  listen_addresses: "127.0.0.1",
  // The data directory, in which the server runs; an absolute path can be too long for a socket.
  unix_socket_directories: ".",
};

/** The live server of this data directory, whoever started it. */
export async function findPostmaster(data: string): Promise<Postmaster | undefined> {
  const lines = await readLockFile(data);
  const pid = Number(lines?.[0]);
  if (!lines || !(await isServerProcess(pid, data))) return undefined;
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === "ready" };
}

/**
 * Starts a server that outlives this process and the Ctrl-C of its terminal. Resolves once the
 * process exists, or could not be made: then its `pid` is undefined.
 */
export async function launchPostmaster(cluster: Cluster, port: number): Promise<ChildProcess> {
  const options = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const log = await open(cluster.logFile, "a");
  try {
    const child = spawn(
      join(cluster.bin, "postgres"),
      ["-D", cluster.dataArgument, "-p", String(port), ...options],
      {
        ...cluster.account,
        cwd: cluster.data,
        env: serverEnvironment,
        detached: true,
        stdio: ["ignore", log.fd, log.fd],
      },
    );
    child.unref();
    await new Promise((settle) => child.once("spawn", settle).once("error", settle));
    return child;
  } finally {
    await log.close();
  }
}

/**
 * Clears what a dead server left: processes of its own that outlive it for a while, and lock
 * files whose process id belongs to another program by now, before which Postgres would retreat.
 * Call it while no postmaster is found, and none can be starting.
 */
export async function clearRemains(data: string): Promise<void> {
  for (const pid of await serverProcesses(data)) signal(pid, "SIGQUIT");
  const lines = await readLockFile(data);
  // A dead process's lock file stays: Postgres replaces it, and reads in it what to clear first.
  if (!lines || (lines[0] && !isAlive(Number(lines[0])))) return;
  for (const name of await readdir(data)) {
    if (name === "postmaster.pid" || /^\.s\.PGSQL\.\d+\.lock$/.test(name)) {
      await rm(join(data, name), { force: true });
    }
  }
}

/** The port of the last server of this data directory. */
export async function lastPort(data: string): Promise<number | undefined> {
  const options = await readFile(join(data, "postmaster.opts"), "utf8").catch(() => "");
  const port = /"-p" "(\d+)"/.exec(options)?.[1];
  return port ? Number(port) : undefined;
}

/** Whether `pid` is a server's process that runs in `data`: no zombie, no other program. */
export async function isServerProcess(pid: number, data: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  try {
    if (process.platform === "linux") {
      const program = await readFile(`/proc/${pid}/comm`, "utf8");
      const directory = await readlink(`/proc/${pid}/cwd`);
      return program.trim() === "postgres" && directory === (await realpath(data));
    }
    const { stdout } = await promisify(execFile)("ps", ["-o", "comm=", "-p", String(pid)]);
    return stdout.trim().endsWith("postgres");
  } catch {
    return false;
  }
}

/** Does nothing when the process is gone. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function readLockFile(data: string): Promise<string[] | undefined> {
  const file = await readFile(join(data, "postmaster.pid"), "utf8").catch(() => undefined);
  return file?.split("\n");
}

async function serverProcesses(data: string): Promise<number[]> {
  if (process.platform !== "linux") return [];
  const pids = (await readdir("/proc")).map(Number);
  const checked = await Promise.all(pids.map((pid) => isServerProcess(pid, data)));
  return pids.filter((_, index) => checked[index]);
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
