import { Worker } from "node:worker_threads";
import { ThreadError, type ThreadEnd } from "./thread-error.ts";
import type { FromThread } from "./serve-thread.ts";

export interface ThreadsOptions {
  /** A file that calls `serveThread`. */
  script: URL;
  name: string;
  /** So many work at once; the others wait for their turn. */
  most: number;
  /** The heap of one. */
  memoryBytes: number;
  /** Buffers are outside of the heap: what one may hold of them, looked at while it works. Left out: nobody looks. */
  bufferBytes?: number;
  /** One that has nothing to do for so long is ended. Default: 30 s. */
  idleMs?: number;
}

export interface WorkOptions {
  timeoutMs: number;
  signal: AbortSignal;
  /** Buffers of the input that are handed over instead of copied. */
  transfer?: ArrayBuffer[];
}

export interface Threads<I, O> {
  /**
   * Has a thread do the work. Throws `ThreadError` when it takes longer than `timeoutMs`, needs more memory than it may,
   * ends, or throws; and the signal's reason when that aborts. A thread that does not come back is ended, so nothing
   * that its input holds can keep more than one thread, for longer than that.
   */
  run(input: I, options: WorkOptions): Promise<O>;
  close(): void;
}

interface Thread<O> {
  worker: Worker;
  idle: NodeJS.Timeout | undefined;
  settle: ((outcome: { value: O } | { error: unknown }) => void) | undefined;
}

const lookMs = 50;

/** Threads for work that would hold up the event loop; started when they are needed, used again while they live. */
export function openThreads<I, O>(options: ThreadsOptions): Threads<I, O> {
  const { most, idleMs = 30_000 } = options;
  const idle: Thread<O>[] = [];
  const all = new Set<Thread<O>>();
  const waiting: (() => void)[] = [];
  let busy = 0;

  const drop = (thread: Thread<O>) => {
    clearTimeout(thread.idle);
    all.delete(thread);
    if (idle.includes(thread)) idle.splice(idle.indexOf(thread), 1);
    void thread.worker.terminate();
  };
  const take = () => idle.pop() ?? start(options, all, drop);
  const rest = (thread: Thread<O>) => {
    if (!all.has(thread)) return;
    thread.worker.unref();
    thread.idle = setTimeout(() => drop(thread), idleMs).unref();
    idle.push(thread);
  };

  return {
    async run(input, { timeoutMs, signal, transfer = [] }) {
      signal.throwIfAborted();
      while (busy >= most) await new Promise<void>((resolve) => waiting.push(resolve));
      if (signal.aborted) waiting.shift()?.();
      signal.throwIfAborted();
      busy += 1;
      const thread = take();
      clearTimeout(thread.idle);
      try {
        return await perform(thread, input, { ...options, timeoutMs, signal, transfer, drop });
      } finally {
        busy -= 1;
        rest(thread);
        waiting.shift()?.();
      }
    },
    close() {
      for (const thread of all) drop(thread);
    },
  };
}

function start<O>(
  { script, name, memoryBytes }: ThreadsOptions,
  all: Set<Thread<O>>,
  drop: (thread: Thread<O>) => void,
): Thread<O> {
  const worker = new Worker(script, {
    name,
    execArgv: [],
    // What it is given is a stranger's: it needs nothing of ours.
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: Math.ceil(memoryBytes / 2 ** 20), stackSizeMb: 4 },
  });
  const thread: Thread<O> = { worker, idle: undefined, settle: undefined };
  all.add(thread);
  const end = (how: ThreadEnd, message: string) => {
    thread.settle?.({ error: new ThreadError(how, message) });
    drop(thread);
  };
  worker.on("message", (message: FromThread<O>) =>
    thread.settle?.(
      message.ok
        ? { value: message.value }
        : { error: new ThreadError("failed", message.message, message.name, message.remedy) },
    ),
  );
  worker.on("error", (error: NodeJS.ErrnoException) =>
    end(error.code === "ERR_WORKER_OUT_OF_MEMORY" ? "memory" : "failed", error.message),
  );
  worker.on("exit", (code) => end("failed", `${name} exited with code ${code}`));
  return thread;
}

/** V8 is asked from outside, so that work which never rests is looked at too. */
function watchBuffers(worker: Worker, most: number, tooMuch: () => void): NodeJS.Timeout {
  return setInterval(() => {
    worker.getHeapStatistics().then(
      ({ external_memory: bytes }) => bytes > most && tooMuch(),
      // It has ended.
      () => undefined,
    );
  }, lookMs);
}

function perform<O>(
  thread: Thread<O>,
  input: unknown,
  parts: Required<WorkOptions> & {
    drop: (thread: Thread<O>) => void;
    name: string;
    bufferBytes?: number;
  },
): Promise<O> {
  const { timeoutMs, signal, drop, name, bufferBytes, transfer } = parts;
  return new Promise<O>((resolve, reject) => {
    const settle: Thread<O>["settle"] = (outcome) => {
      thread.settle = undefined;
      clearTimeout(timer);
      clearInterval(watch);
      signal.removeEventListener("abort", abort);
      if ("value" in outcome) resolve(outcome.value);
      else reject(outcome.error);
    };
    const stop = (error: unknown) => {
      settle({ error });
      drop(thread);
    };
    const abort = () => stop(signal.reason);
    const timer = setTimeout(
      () => stop(new ThreadError("time", `${name} took longer than ${timeoutMs} ms`)),
      timeoutMs,
    );
    const watch =
      bufferBytes === undefined
        ? undefined
        : watchBuffers(thread.worker, bufferBytes, () =>
            stop(
              new ThreadError("memory", `${name} held more than ${bufferBytes} bytes of buffers`),
            ),
          );
    signal.addEventListener("abort", abort, { once: true });
    thread.settle = settle;
    thread.worker.ref();
    thread.worker.postMessage(input, transfer);
  });
}
