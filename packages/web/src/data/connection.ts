import { useSyncExternalStore } from "react";

let connected = true;
const listeners = new Set<() => void>();

/** Whether the server answered the last request. */
export function useConnected(): boolean {
  return useSyncExternalStore(subscribe, () => connected);
}

export function reportConnection(next: boolean): void {
  if (next === connected) return;
  connected = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
