/** Calls back once, soon; the returned function takes it back. */
export type Schedule = (callback: () => void) => () => void;

/**
 * Collects what streams in and hands it over once per animation frame, in order: the page
 * renders at most once per frame, however many events a second arrive.
 */
export function frameBatch<T>(flush: (items: T[]) => void, schedule: Schedule = nextFrame) {
  let items: T[] = [];
  let unschedule: (() => void) | undefined;

  function deliver() {
    unschedule = undefined;
    const batch = items;
    items = [];
    flush(batch);
  }

  return {
    push(item: T): void {
      items.push(item);
      unschedule ??= schedule(deliver);
    },
    /** Delivers what is there now. */
    flush(): void {
      unschedule?.();
      if (items.length > 0) deliver();
    },
    /** Drops what was not delivered. */
    stop(): void {
      unschedule?.();
      unschedule = undefined;
      items = [];
    },
  };
}

/** A hidden tab gets no frames: the timer keeps its state up to date. */
function nextFrame(callback: () => void): () => void {
  const frame = requestAnimationFrame(run);
  const timer = setTimeout(run, 250);
  function run() {
    cancel();
    callback();
  }
  function cancel() {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  }
  return cancel;
}

/** As a frame, but never sooner than `ms` after the one before: what is read as it comes needs no more. */
export function pacedFrames(ms: number): Schedule {
  let last = -Infinity;
  return (callback) => {
    let cancelFrame = () => {};
    const waitForFrame = () => {
      cancelFrame = nextFrame(() => {
        last = performance.now();
        callback();
      });
    };
    const timer = setTimeout(waitForFrame, Math.max(0, last + ms - performance.now()));
    return () => {
      clearTimeout(timer);
      cancelFrame();
    };
  };
}
