import type { Log } from "@flotilla/core";

export interface Repeated {
  /** Runs it soon; calls that come meanwhile are one. */
  poke(): void;
  /** Ends it and waits for a run that is under way. */
  stop(): Promise<void>;
}

/**
 * Runs `work` every `everyMs`, and after a poke no sooner than `quietMs` after the
 * last time it began. Never twice at once; an error is logged and the next time comes anyway.
 */
export function repeat(
  name: string,
  log: Log,
  times: { everyMs: number; quietMs: number },
  work: () => Promise<void>,
): Repeated {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let busy = false;
  let poked = false;
  let stopped = false;
  let begun = 0;

  function schedule(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = turn();
    }, ms);
  }

  async function turn(): Promise<void> {
    busy = true;
    poked = false;
    begun = performance.now();
    try {
      await work();
    } catch (error) {
      log.warn({ err: error, work: name }, `${name} failed; it is tried again`);
    }
    running = undefined;
    busy = false;
    if (!stopped) schedule(poked ? untilQuiet() : times.everyMs);
  }

  function untilQuiet(): number {
    return Math.max(0, times.quietMs - (performance.now() - begun));
  }

  schedule(0);
  return {
    poke() {
      if (stopped || poked) return;
      poked = true;
      // The work may poke itself, before it first awaits something.
      if (!busy) schedule(untilQuiet());
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
