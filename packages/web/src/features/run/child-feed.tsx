import { fold, type FlotillaError } from "@flotilla/core";
import { useContext, useEffect, useMemo } from "react";
import { FrozenTime } from "../../data/use-now.ts";
import type { LiveWords } from "./step-words.ts";
import type { RunPart } from "./timeline-tree.ts";
import { useRunFeed } from "./use-run-feed.ts";

/** What a page knows of a run that is unfolded in the timeline of another. */
export interface ChildPart {
  /** undefined until it has come; in the past, until it was begun. */
  part: RunPart | undefined;
  error: FlotillaError | undefined;
  words: LiveWords;
  resume: () => void;
}

interface ChildFeedProps {
  runId: string;
  onPart: (runId: string, part: ChildPart) => void;
}

/** Follows a run while it is unfolded, as it is or was at the time that the page shows. Draws nothing itself. */
export function ChildFeed({ runId, onPart }: ChildFeedProps) {
  const { run, events, error, words, resume } = useRunFeed(runId);
  const frozen = useContext(FrozenTime);
  const part = useMemo(() => {
    if (!run || frozen === null) return run && { run, events };
    const then = events.filter(({ at }) => Date.parse(at) <= frozen);
    return then.length === 0 ? undefined : { run: fold(then), events: then };
  }, [run, events, frozen]);
  useEffect(
    () => onPart(runId, { part, error, words, resume }),
    [runId, part, error, words, resume, onPart],
  );
  return null;
}
