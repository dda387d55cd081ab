import { url as inspectorUrl } from "node:inspector";
import { Worker } from "node:worker_threads";

export interface WatchdogLimits {
  /** The process may use so much memory; null: any. */
  memoryBytes: number | null;
  /** And its event loop may stand still for so long at work, or six times as long without any. Default: 10 s. */
  hangMs?: number;
  /** It ends with the process that started it, however that ends. */
  endsWithParent?: boolean;
}

/** What the thread is told. */
export interface WatchdogData extends Required<WatchdogLimits> {
  /** Raised by the event loop while it turns. */
  turns: SharedArrayBuffer;
  tickMs: number;
  parentPid: number;
}

const defaultHangMs = 10_000;
const tickMs = 100;
const turnMs = 250;

/**
 * Watches this process from a thread of its own, which goes on when the event loop does not. One that stands still
 * for too long is ended with SIGXCPU, one with too much memory with SIGABRT, as V8 does it: the signal tells
 * whoever started the process why. A process that is being debugged is left alone.
 *
 * @returns ends the watch
 */
export function startWatchdog(limits: WatchdogLimits): () => void {
  if (inspectorUrl() !== undefined) return () => undefined;
  const turns = new SharedArrayBuffer(4);
  const counter = new Int32Array(turns);
  const workerData: WatchdogData = {
    hangMs: defaultHangMs,
    endsWithParent: false,
    ...limits,
    turns,
    tickMs,
    parentPid: process.ppid,
  };
  const thread = new Worker(new URL("./watchdog-thread.ts", import.meta.url), {
    workerData,
    execArgv: [],
    name: "watchdog",
  });
  thread.unref();
  const timer = setInterval(() => Atomics.add(counter, 0, 1), turnMs).unref();
  return () => {
    clearInterval(timer);
    void thread.terminate();
  };
}
