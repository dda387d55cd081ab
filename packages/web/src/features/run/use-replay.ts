import type { Event } from "@flotilla/core";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useState } from "react";
import { isTyping } from "../../app/use-shortcuts.ts";
import { openReplay, type Replay } from "./replay.ts";

const route = getRouteApi("/runs/$runId");

export interface ReplayState {
  replay: Replay;
  /** The place that is looked at; the last one where nobody went back. */
  index: number;
  /** Somebody went back: what is shown was so then. */
  isPast: boolean;
  isPlaying: boolean;
  /** To the event at that place; the last one is the present. */
  goTo: (index: number) => void;
  play: (plays: boolean) => void;
}

/** No event is looked at for less, or for more, however much time lay between. */
const shortestMs = 60;
const longestMs = 700;
/** What took a second is played in a tenth of it. */
const speed = 10;

/** Where in its journal a run is looked at. The address says it: `?at=<seq>`. */
export function useReplay(events: readonly Event[]): ReplayState {
  const { at } = route.useSearch();
  const navigate = route.useNavigate();
  const replay = useMemo(() => openReplay(events), [events]);
  const [isPlaying, play] = useState(false);
  const last = events.length - 1;
  const index = at === undefined ? last : Math.max(0, replay.indexOf(at));
  const isPast = index < last;
  const goTo = useCallback(
    (next: number) => {
      const seq = next >= last ? undefined : events[Math.max(0, next)]?.seq;
      void navigate({
        search: (old) => ({ ...old, at: seq }),
        replace: true,
        resetScroll: false,
      });
    },
    [events, last, navigate],
  );
  usePlayer({ events, index, isPlaying: isPlaying && isPast, goTo });
  useArrows(index, goTo);
  return { replay, index, isPast, isPlaying: isPlaying && isPast, goTo, play };
}

interface PlayerOptions {
  events: readonly Event[];
  index: number;
  isPlaying: boolean;
  goTo: (index: number) => void;
}

function usePlayer({ events, index, isPlaying, goTo }: PlayerOptions) {
  useEffect(() => {
    const [here, next] = [events[index], events[index + 1]];
    if (!isPlaying || !here || !next) return;
    const between = (Date.parse(next.at) - Date.parse(here.at)) / speed;
    const timer = setTimeout(
      () => goTo(index + 1),
      Math.min(longestMs, Math.max(shortestMs, between)),
    );
    return () => clearTimeout(timer);
  }, [events, index, isPlaying, goTo]);
}

/** ← and → go from event to event, wherever on the page, unless a control wants them. */
function useArrows(index: number, goTo: (index: number) => void) {
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!by || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      if (isTyping(event.target) || wantsArrows(event.target)) return;
      event.preventDefault();
      goTo(index + by);
    }
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [index, goTo]);
}

function wantsArrows(target: EventTarget | null): boolean {
  const of =
    "[role=tab], [role=slider], [role=radiogroup], [role=group][tabindex], [role=application]";
  return target instanceof Element && target.closest(of) !== null;
}
