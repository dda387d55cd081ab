import { lazy, useEffect, type ComponentType, type LazyExoticComponent } from "react";

/** How long after the shell is there its other parts are loaded, in milliseconds. */
const restMs = 3_000;
const retryMs = 2_000;

const parts: (() => Promise<unknown>)[] = [];

/**
 * A part of the shell that is loaded when it is first shown, or before that once nothing else is to be
 * done: so it is there at once, and also when the server is not. What cannot be loaded is tried again.
 */
export function laterPart<P>(
  load: () => Promise<ComponentType<P>>,
): LazyExoticComponent<ComponentType<P>> {
  parts.push(load);
  return lazy(async () => ({ default: await untilLoaded(load) }));
}

async function untilLoaded<T>(load: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await load();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
}

/** For the shell: it has begun, the rest may follow. */
export function useLaterParts(): void {
  useEffect(() => {
    const timer = setTimeout(() => {
      for (const load of parts) load().catch(() => undefined);
    }, restMs);
    return () => clearTimeout(timer);
  }, []);
}
