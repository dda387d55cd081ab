import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ErrorSink, Log } from "@flotilla/core";
import { describeEnd } from "@flotilla/tools";
import { endWhenSilent } from "./end-when-silent.ts";
import type { HiddenEnvironment } from "./hidden-environment.ts";

export interface WorkerSupervisor {
  /** Resolves once a worker takes runs. */
  started: Promise<void>;
  /** Lets every worker drain; kills those that are not gone after `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

const entry = fileURLToPath(new URL("./worker-process.ts", import.meta.url));
/**
 * DBOS makes `pg` warn. A larger young generation lets what a step leaves behind die there: measured
 * with 1,000 runs at once, a tenth less CPU and a tenth less memory.
 */
const workerFlags = [
  "--disable-warning=DeprecationWarning",
  "--min-semi-space-size=32",
  "--max-semi-space-size=64",
];
const longestPauseMs = 10_000;
/** Compiled code is kept between starts, which halves the time a worker takes to come back. */
const compileCache = join(tmpdir(), "node-compile-cache");

/**
 * Keeps `count` worker processes alive: one that dies is started again, soon at first; one that says nothing any more
 * is ended. Their secrets are told to them and not put into their environment, where others could read them.
 *
 * @param memoryMegabytes that each may use
 */
export function superviseWorkers(
  { count, memoryMegabytes }: { count: number; memoryMegabytes: number },
  environment: HiddenEnvironment,
  { log, errors }: { log: Log; errors: ErrorSink },
): WorkerSupervisor {
  const alive = new Set<ChildProcess>();
  const started = Promise.withResolvers<void>();
  let stopping = false;

  function start(failures: number): void {
    if (stopping) return;
    let ready = false;
    const child = fork(entry, {
      env: { NODE_COMPILE_CACHE: compileCache, ...environment.open },
      execArgv: [
        ...[...process.execArgv, ...workerFlags],
        `--max-old-space-size=${memoryMegabytes}`,
      ],
    });
    alive.add(child);
    endWhenSilent(child, log);
    const { own, tools } = environment;
    child.send(
      { own, tools },
      (error) => error && log.warn({ reason: error.message }, "a worker did not take its settings"),
    );
    child.once("exit", (code, signal) => {
      alive.delete(child);
      if (stopping) return;
      log.warn({ pid: child.pid, code, signal }, "a worker ended; starting another");
      const message = `A worker ended by itself: ${describeEnd(code, signal)}.`;
      errors.take({ source: "worker", organisation: null, code: "unavailable", message });
      // One that took runs comes back at once; one that cannot start is tried ever more rarely.
      const next = ready ? 0 : failures + 1;
      setTimeout(() => start(next), next === 0 ? 0 : Math.min(longestPauseMs, 100 * 2 ** next));
    });
    child.once("message", () => {
      ready = true;
      started.resolve();
    });
    child.once("error", (error) => log.error({ reason: error.message }, "a worker cannot start"));
  }

  for (let i = 0; i < count; i++) start(0);
  return {
    started: started.promise,
    async stop(graceMs) {
      stopping = true;
      const children = [...alive];
      for (const child of children) child.kill("SIGTERM");
      const timer = setTimeout(() => {
        for (const child of alive) child.kill("SIGKILL");
      }, graceMs);
      await Promise.all(children.map(ended));
      clearTimeout(timer);
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}
