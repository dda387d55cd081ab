import type { Fleet } from "@flotilla/api";
import { toFlotillaError, type FlotillaError } from "@flotilla/core";
import { useSyncExternalStore } from "react";
import { live } from "./live.ts";

/** What was told of the platform so far; nothing before the first message. */
type Known = { [P in keyof Fleet]?: Fleet[P] | undefined };

let known: Known = {};
let failure: FlotillaError | undefined;
let following: AbortController | undefined;
const listeners = new Set<() => void>();

/**
 * A part of the platform's figures as they change, once a second; undefined until they were told, and for
 * what the reader may not know. All who look share one subscription, which ends with the last of them.
 */
export function useFleet<P extends keyof Fleet>(part: P): Fleet[P] | undefined {
  return useSyncExternalStore(subscribe, () => known[part]);
}

/** Why they cannot be followed, and how to try again. */
export function useFleetError(): { error: FlotillaError | undefined; retry: () => void } {
  const error = useSyncExternalStore(subscribe, () => failure);
  return { error, retry: begin };
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (!following) begin();
  return () => {
    listeners.delete(listener);
    // Another page may look again in the same moment.
    queueMicrotask(() => listeners.size === 0 && end());
  };
}

function begin(): void {
  end();
  const controller = new AbortController();
  following = controller;
  follow(controller.signal).catch((thrown: unknown) => {
    if (controller.signal.aborted) return;
    failure = toFlotillaError(thrown);
    tell();
  });
}

function end(): void {
  following?.abort();
  following = undefined;
  failure = undefined;
}

async function follow(signal: AbortSignal): Promise<void> {
  for await (const change of live.fleet({ signal })) {
    if (signal.aborted) return;
    known = Object.assign({}, known, change);
    failure = undefined;
    tell();
  }
}

function tell(): void {
  for (const listener of listeners) listener();
}
