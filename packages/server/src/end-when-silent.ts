import type { ChildProcess } from "node:child_process";
import type { Log } from "@flotilla/core";

const tick = 1_000;
/** Longer than the lease of a worker, and than a machine under load takes to come to it. */
const silentTicks = 15;

/**
 * Ends a worker of which nothing was heard for so long, from its first message on: it is frozen, and its runs are
 * others' by now. What stands still in itself it ends on its own, and sooner; see `startWatchdog`. Ticks
 * are counted, not time: a machine that slept has not hung.
 */
export function endWhenSilent(child: ChildProcess, log: Log, tickMs = tick): void {
  let silent = 0;
  let timer: NodeJS.Timeout | undefined;
  child.on("message", () => {
    silent = 0;
    timer ??= setInterval(() => {
      silent += 1;
      if (silent < silentTicks) return;
      clearInterval(timer);
      log.warn({ pid: child.pid }, "a worker says nothing any more and is ended");
      child.kill("SIGKILL");
    }, tickMs).unref();
  });
  child.once("exit", () => clearInterval(timer));
}
