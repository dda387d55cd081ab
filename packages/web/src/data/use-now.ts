import { createContext, useContext, useSyncExternalStore } from "react";

const tickMs = 500;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = Date.now();

/** Below it the time stands still (Unix milliseconds); null: it goes on. */
export const FrozenTime = createContext<number | null>(null);

/**
 * What `read` makes of the present time (Unix milliseconds). Renders again only when that
 * changes; all readers share one timer, which runs only while there are readers.
 */
export function useNow<T extends string | number | null>(read: (now: number) => T): T {
  const frozen = useContext(FrozenTime);
  return useSyncExternalStore(subscribe, () => read(frozen ?? now));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (!timer) {
    now = Date.now();
    timer = setInterval(tick, tickMs);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function tick() {
  now = Date.now();
  for (const listener of listeners) listener();
}
