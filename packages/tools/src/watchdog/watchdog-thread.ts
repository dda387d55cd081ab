import { workerData } from "node:worker_threads";
import type { WatchdogData } from "./watchdog.ts";

const { memoryBytes, hangMs, endsWithParent, turns, tickMs, parentPid } =
  workerData as WatchdogData;
const counter = new Int32Array(turns);

let seen = -1;
let still = 0;
let cpuThen = process.cpuUsage();

// Ticks are counted, not time: a machine that slept has not hung.
setInterval(() => {
  const now = Atomics.load(counter, 0);
  still = now === seen ? still + 1 : 0;
  if (still === 0) cpuThen = process.cpuUsage();
  seen = now;
  if (endsWithParent && process.ppid !== parentPid) process.kill(process.pid, "SIGKILL");
  if (isHung()) process.kill(process.pid, "SIGXCPU");
  if (memoryBytes !== null && process.memoryUsage.rss() > memoryBytes) {
    process.kill(process.pid, "SIGABRT");
  }
}, tickMs);

/** A process that gets little of a busy machine is slow, not hung: one that waits without working has six times as long. */
function isHung(): boolean {
  const stillMs = still * tickMs;
  if (stillMs < hangMs) return false;
  const { user, system } = process.cpuUsage(cpuThen);
  return (user + system) / 1_000 >= hangMs || stillMs >= 6 * hangMs;
}
