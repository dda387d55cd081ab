import type { InboxChange } from "@flotilla/api";
import { toFlotillaError, type FlotillaError } from "@flotilla/core";
import { useCallback, useEffect, useState } from "react";
import { frameBatch } from "../../data/frame-batch.ts";
import { live } from "../../data/live.ts";
import { afterChanges, type InboxState } from "./inbox-state.ts";

interface InboxFeed {
  /** undefined until it was told whole. */
  state: InboxState | undefined;
  error: FlotillaError | undefined;
}

/** Follows what waits for people. */
export function useInbox(): InboxFeed & { retry: () => void } {
  const [feed, setFeed] = useState<InboxFeed>({ state: undefined, error: undefined });
  const [generation, setGeneration] = useState(0);
  const retry = useCallback(() => setGeneration((count) => count + 1), []);
  useEffect(() => {
    const controller = new AbortController();
    const batch = frameBatch<InboxChange>((changes) =>
      setFeed(({ state = new Map() }) => ({
        state: afterChanges(state, changes),
        error: undefined,
      })),
    );
    follow(batch.push, controller.signal).catch((thrown: unknown) => {
      if (controller.signal.aborted) return;
      setFeed((old) => ({ ...old, error: toFlotillaError(thrown) }));
    });
    return () => {
      controller.abort();
      batch.stop();
    };
  }, [generation]);
  return { ...feed, retry };
}

async function follow(push: (change: InboxChange) => void, signal: AbortSignal): Promise<void> {
  for await (const change of live.inbox({ signal })) {
    if (signal.aborted) return;
    push(change);
  }
}
