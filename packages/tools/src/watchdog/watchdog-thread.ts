import { workerData } from "node:worker_threads";
import type { WatchdogData } from "./watchdog.ts";

const { memoryBytes, hangMs, endsWithParent, turns, tickMs, parentPid } =
  workerData as WatchdogData;
const counter = new Int32Array(turns);

let seen = -1;
let still = 0;

// Ticks are counted, not time: a machine that slept has not hung.
setInterval(() => {
  const now = Atomics.load(counter, 0);
  still = now === seen ? still + 1 : 0;
  seen = now;
  if (endsWithParent && process.ppid !== parentPid) process.kill(process.pid, "SIGKILL");
  if (still * tickMs >= hangMs) process.kill(process.pid, "SIGXCPU");
  if (memoryBytes !== null && process.memoryUsage.rss() > memoryBytes) {
    process.kill(process.pid, "SIGABRT");
  }
}, tickMs);
