import { isTerminal, type Event, type Run } from "@flotilla/core";
import { getRouteApi } from "@tanstack/react-router";
import { use, useCallback, useMemo } from "react";
import { Empty } from "../../components/empty.tsx";
import { useNow } from "../../data/use-now.ts";
import { ChildFeed } from "./child-feed.tsx";
import { pausesOf } from "./pause.ts";
import { RowDetail } from "./row-detail.tsx";
import { RunScope } from "./run-scope.ts";
import { LiveWordsScope } from "./step-words.ts";
import { Timeline } from "./timeline.tsx";
import { isIn, layoutTimeline, scaleOf, type TimelineRow } from "./timeline-layout.ts";
import { placeRows, type PlacedRow, type RunPart } from "./timeline-tree.ts";
import { useListKeys } from "./use-list-keys.ts";
import { useUnfolding, type Unfolding } from "./use-unfolding.ts";
import { useZoom } from "./use-zoom.ts";
import styles from "./run-steps.module.css";

const route = getRouteApi("/runs/$runId");

/** The waterfall of steps on the left, the chosen step on the right. */
export function RunSteps({ run, events }: { run: Run; events: readonly Event[] }) {
  const unfold = useUnfolding();
  const { timeline, placed } = useRows(run, events, unfold);
  const { step } = route.useSearch();
  const select = useSelect();
  const { window, show } = useZoom(timeline.spanMs);
  const rows = useMemo(
    () => (window ? placed.filter(({ row }) => isIn(row, window)) : placed),
    [placed, window],
  );
  const showsChildren = unfold.open.size > 0;
  const zoomable = useMemo(
    () => ({
      scale: scaleOf(timeline, { window, showsChildren }),
      spanMs: timeline.spanMs,
    }),
    [timeline, window, showsChildren],
  );
  const followedKey = followed(timeline.rows)?.key;
  const current =
    placed.find(({ row }) => row.key === step) ?? placed.find(({ row }) => row.key === followedKey);
  const keys = useMemo(() => rows.map(({ row }) => row.key), [rows]);
  useListKeys(keys, current?.row.key, select);
  if (!current) {
    return (
      <Empty title="Nothing has happened yet">
        The run is in the queue; a worker takes it as soon as one has room.
      </Empty>
    );
  }
  const { key } = current.row;
  return (
    <div className={styles["split"]}>
      {[...unfold.open].map((runId) => (
        <ChildFeed key={runId} runId={runId} onPart={unfold.put} />
      ))}
      <Timeline
        rows={rows}
        unfold={unfold}
        zoomable={zoomable}
        window={window}
        selected={key}
        isChosen={key === step}
        onSelect={select}
        onZoom={show}
      />
      <PlacedDetail
        key={key}
        placed={current}
        own={{ run, events }}
        unfold={unfold}
        onSelect={select}
      />
    </div>
  );
}

function useRows(run: Run, events: readonly Event[], { open, parts }: Unfolding) {
  const shown = [...open].flatMap((runId) => parts.get(runId)?.part?.run ?? []);
  const isOver = [run, ...shown].every(({ status }) => isTerminal(status));
  const now = useNow((time) => (isOver ? 0 : time));
  const pauses = useMemo(() => pausesOf(events), [events]);
  const timeline = useMemo(() => layoutTimeline(run, pauses, now), [run, pauses, now]);
  const placed = useMemo(() => {
    const partOf = (runId: string) => (open.has(runId) ? parts.get(runId)?.part : undefined);
    return placeRows({ run, events, ...timeline }, partOf, now);
  }, [run, events, timeline, open, parts, now]);
  return { timeline, placed };
}

interface PlacedDetailProps {
  placed: PlacedRow;
  own: RunPart;
  unfold: Unfolding;
  onSelect: (key: string) => void;
}

/** The details of a row, in the scope of the run that it is of. */
function PlacedDetail({ placed: { row, depth, runId }, own, unfold, onSelect }: PlacedDetailProps) {
  const { isPast } = use(RunScope);
  const child = depth > 0 ? unfold.parts.get(runId) : undefined;
  const selectIn = useCallback((key: string) => onSelect(`${runId}/${key}`), [runId, onSelect]);
  if (!child?.part) return <RowDetail {...own} row={row} onSelect={onSelect} />;
  return (
    <RunScope value={{ isPast, onChanged: child.resume }}>
      <LiveWordsScope value={isPast ? null : child.words}>
        <RowDetail {...child.part} row={row} onSelect={selectIn} />
      </LiveWordsScope>
    </RunScope>
  );
}

/** Without a choice: the call a person must decide on, or else the newest model call. */
function followed(rows: TimelineRow[]): TimelineRow | undefined {
  const undecided = rows.find(
    (row) => row.kind === "step" && ["unknown", "proposed"].includes(row.step.status),
  );
  const newest = rows.findLast((row) => row.kind === "step" && row.step.kind === "model");
  return undecided ?? newest ?? rows.at(-1);
}

function useSelect() {
  const navigate = route.useNavigate();
  return useCallback(
    (step: string) =>
      void navigate({
        search: (old) => ({ ...old, step }),
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  );
}
